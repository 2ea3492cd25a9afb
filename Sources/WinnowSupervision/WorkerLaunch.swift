public import SystemPackage

/// How to start the worker for one model. Supervision adds the socket, as descriptor 3.
public struct WorkerLaunch: Sendable {
  public var executable: FilePath
  /// Without the program's own name.
  public var arguments: [CommandArgument]
  /// All of it: nothing is inherited.
  public var environment: [String: String]

  public init(executable: FilePath, arguments: [CommandArgument], environment: [String: String] = [:]) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }
}
