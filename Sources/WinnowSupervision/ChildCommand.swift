public import SystemPackage

/// One argument of a program: bytes, since it may be or hold a path that is not UTF-8.
public struct CommandArgument: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }
  public init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  public init(_ path: FilePath) {
    self.init(
      bytes: path.withPlatformString { start in Array(UnsafeRawBufferPointer(start: start, count: path.length)) })
  }
}

extension CommandArgument: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
}

/// What to start, and with what. Nothing is inherited but what is named here.
public struct ChildCommand {
  /// Where one of the three standard streams leads.
  public enum Stream: Hashable, Sendable {
    case null
    /// Where ours leads.
    case inherited
    /// A descriptor of ours, borrowed for the start.
    case descriptor(Int32)
  }

  /// A path; PATH is not searched.
  public var executable: FilePath
  /// Without the program's own name.
  public var arguments: [CommandArgument]
  public var environment: [String: String]
  /// Further variables, whose values may be no UTF-8.
  public var environmentBytes: [String: [UInt8]] = [:]
  public var standardInput: Stream = .null
  public var standardOutput: Stream = .null
  public var standardError: Stream = .inherited
  /// Number in the child (3 and up) → descriptor of ours, borrowed for the start.
  public var descriptors: [Int32: Int32] = [:]
  /// Whether the child leads a process group of its own. Signals then go to the whole group, and Ctrl-C at our
  /// terminal does not reach it.
  public var ownProcessGroup = false

  public init(executable: FilePath, arguments: [CommandArgument] = [], environment: [String: String] = [:]) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }
}
