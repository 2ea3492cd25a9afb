import FoundationEssentials
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore

/// winnowd as a child that does one thing with the ledger and ends. It says on standard error what went wrong.
struct DaemonProgram {
  private let program: FilePath
  private let stateFolder: FilePath

  /// Finds it beside this program.
  ///
  /// - Throws: `.notFound`.
  init(stateFolder: FilePath) throws(WinnowError) {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let folder = FilePath(bytes: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }).removingLastComponent()
    program = folder.appending("winnowd")
    self.stateFolder = stateFolder
    guard program.withPlatformString({ access($0, X_OK) }) == 0 else {
      throw WinnowError(.notFound, "winnowd is not beside winnowctl", remedy: "install Winnow whole: make install")
    }
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - input: its standard input; nil for none.
  ///   - output: its standard output.
  /// - Throws: `Finished` where it failed, after it said why; `.systemCall` where it cannot be run.
  func run(_ care: String, input: FileDescriptor?, output: FileDescriptor) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input.rawValue, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO)
    let words: [String] = ["winnowd", "--ledger", care, "--state-dir"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments += [stateFolder.withPlatformString { strdup($0) }, nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let result = program.withPlatformString { posix_spawn(&process, $0, &actions, nil, &arguments, environ) }
    guard result == 0 else {
      throw WinnowError(.systemCall, "winnowd cannot be run", cause: String(cString: strerror(result)))
    }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else { throw Finished(.failed) }
  }

  /// Runs it, and reads its answer.
  func ask(_ care: String, input: FileDescriptor?) throws -> LedgerCareReply {
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    // The answer is shorter than what a pipe holds.
    do {
      try run(care, input: input, output: pipe.writeEnd)
    } catch {
      try? pipe.writeEnd.close()
      throw error
    }
    try pipe.writeEnd.close()
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try pipe.readEnd.read(into: $0) }
      if count == 0 { break }
      bytes += buffer.prefix(count)
    }
    return try Wire.decode(LedgerCareReply.self, from: Data(bytes))
  }
}
