import Foundation
import Glibc
import Synchronization
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowTestSupport

/// Runs the real winnowctl, which the test build puts beside the tests.
struct CommandLineTool {
  struct Outcome {
    var status: Int32
    var output: String
    var messages: String

    /// Standard output as JSON, an object a line.
    func objects() throws -> [JSONValue] {
      try output.split(separator: "\n").map { try Wire.decode(JSONValue.self, from: Data($0.utf8)) }
    }
  }

  let socket: FilePath
  let folder: FilePath
  /// Without it the one that was built.
  var program: FilePath?

  /// Arguments are bytes, as the kernel has them.
  func run(_ arguments: [[UInt8]], environment: [String: String] = [:]) throws -> Outcome {
    let (output, messages) = (folder.appending("stdout"), folder.appending("stderr"))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output.string, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, messages.string, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
    var variables = [
      "PATH": "/usr/bin:/bin", "HOME": folder.string, "WINNOW_SOCKET": socket.string,
      "WINNOW_STATE_DIR": folder.appending("state").string, "WINNOW_CONFIG": folder.appending("winnow.yaml").string,
    ]
    variables.merge(environment) { _, new in new }
    let words: [UnsafeMutablePointer<CChar>?] =
      ([Array("winnowctl".utf8)] + arguments).map { strdup(($0 + [0]).map { CChar(bitPattern: $0) }) } + [nil]
    let pairs: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + pairs).forEach { free($0) } }
    var process: pid_t = 0
    let path = try (program ?? Self.program()).string
    let result = Self.spawning.withLock { _ in posix_spawn(&process, path, &actions, nil, words, pairs) }
    guard result == 0 else { throw Errno(rawValue: result) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return Outcome(
      status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F),
      output: try String(contentsOfFile: output.string, encoding: .utf8),
      messages: try String(contentsOfFile: messages.string, encoding: .utf8))
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try run(arguments.map { Array($0.utf8) }, environment: environment)
  }

  /// Held while a child starts and while a program is written: a child that starts meanwhile would inherit the file
  /// open for writing, and the kernel runs no such file (ETXTBSY).
  private static let spawning = Mutex(())

  /// Puts a program into `folder` that can be run at once.
  static func install(_ name: String, in folder: TemporaryFolder, script: String? = nil) throws -> FilePath {
    let path = folder.path.appending(name)
    try spawning.withLock { _ in
      if let script {
        try Data(script.utf8).write(to: URL(filePath: path.string))
      } else if try link(program().string, path.string) != 0 {
        // A second name is never open for writing; a copy may be, in a process that another test is starting.
        try FileManager.default.copyItem(atPath: program().string, toPath: path.string)
      }
    }
    chmod(path.string, 0o755)
    return path
  }

  private static func program() throws -> FilePath {
    var folder = FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    while folder.removeLastComponent() {
      let program = folder.appending("winnowctl")
      if access(program.string, X_OK) == 0 { return program }
    }
    throw WinnowError(.notFound, "winnowctl was not built")
  }
}
