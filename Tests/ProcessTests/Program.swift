import Glibc

/// A child in a process group of its own, whose output goes to files. Its whole group is ended when it is released.
final class Program {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let pid: pid_t
  private var status: Int32?

  /// - Parameters:
  ///   - input: the file that is standard input.
  ///   - output: the file that standard output is appended to.
  ///   - errors: the same for standard error.
  ///   - descriptors: further ones for the child, by its number for each; ours are above those.
  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
    output: String = "/dev/null", errors: String = "/dev/null", descriptors: [Int32: Int32] = [:]
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDWR | O_NOCTTY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    for (number, descriptor) in descriptors { posix_spawn_file_actions_adddup2(&actions, descriptor, number) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    let search = getenv("PATH").map { String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    let variables = environment.merging(["PATH": search]) { given, _ in given }.map { "\($0)=\($1)" }
    var child: pid_t = 0
    let answer = Self.withStrings([path] + arguments) { arguments in
      Self.withStrings(variables) { posix_spawnp(&child, path, &actions, &attributes, arguments, $0) }
    }
    guard answer == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(answer)))") }
    pid = child
  }

  deinit {
    if status == nil {
      killGroup()
      // One that a tracer holds does not end: the test has failed by then, and the others have to go on.
      _ = try? wait(seconds: 20)
    }
  }

  var isRunning: Bool { poll() == nil }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// SIGKILL to it and what it started, but for what has a group of its own.
  func killGroup() { kill(-pid, SIGKILL) }

  /// - Returns: the exit status, or 128 and the signal's number.
  /// - Throws: when it still runs after `seconds`.
  func wait(seconds: Double) throws -> Int32 {
    try Deadline(seconds: seconds).wait(for: "the end of process \(pid)", pause: 2) { poll() }
  }

  private func poll() -> Int32? {
    if let status { return status }
    var raw: Int32 = 0
    guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
    let signal = raw & 0x7f
    status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
    return status
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // It holds at least the nil at its end.
      body(buffer.baseAddress!)
    }
  }
}
