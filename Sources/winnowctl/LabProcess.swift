import FoundationEssentials
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore

/// Runs winnow-lab or winnow-trainer as a child: one request on its standard input, records on its standard output. What it says on
/// standard error is for the user.
struct LabProcess {
  let program: FilePath
  private let name: String

  /// Finds it beside this program: in an installed tree under `../lib/winnow`, in a build tree in the same folder.
  ///
  /// - Throws: `.notFound`.
  init(_ name: String = "winnow-lab") throws(WinnowError) {
    self.name = name
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let folder = FilePath(bytes: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }).removingLastComponent()
    let places = [
      folder.removingLastComponent().appending("lib/winnow").appending(name), folder.appending(name),
    ]
    guard let program = places.first(where: { $0.withPlatformString { access($0, X_OK) } == 0 }) else {
      throw WinnowError(
        .notFound, "\(name) is not beside winnowctl", remedy: "install Winnow whole: make install")
    }
    self.program = program
  }

  /// - Parameter progress: called with 0 to 1 and a few words.
  /// - Throws: what it answered, `.systemCall` where it cannot be run or ends without an answer.
  func run<Result: Codable & Sendable>(
    _ request: LabRequest, returning type: Result.Type = Result.self, progress: (Double, String) -> Void
  ) throws(WinnowError) -> Result {
    let child = try start()
    defer { close(child.channel) }
    var outcome: Swift.Result<Result, WinnowError>?
    do throws(WinnowError) {
      try send(Array(try Wire.encode(request)) + [UInt8(ascii: "\n")], to: child.channel)
      try readLines(from: child.channel) { line throws(WinnowError) in
        let record = try Wire.decode(LabRecord<Result>.self, from: line)
        if let result = record.result { outcome = .success(result) }
        if let error = record.error { outcome = .failure(ErrorReply(error).asError) }
        if let share = record.progress { progress(share, record.text ?? "") }
      }
    } catch {
      outcome = outcome ?? .failure(error)
    }
    // A child that still has something to say is not waited for.
    shutdown(child.channel, Int32(SHUT_RDWR))
    var status: CInt = 0
    while waitpid(child.process, &status, 0) < 0, errno == EINTR {}
    guard let outcome else {
      throw WinnowError(
        .systemCall, "\(name) ended without an answer",
        cause: status & 0x7F == 0
          ? "exit status \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)")
    }
    return try outcome.get()
  }

  /// A socket pair instead of pipes: writing to a child that has ended is then an error and no signal.
  private func start() throws(WinnowError) -> (process: pid_t, channel: CInt) {
    var ends: [CInt] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw failure(errno)
    }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    let first = strdup(name)
    defer { free(first) }
    var arguments = [first, nil]
    var process: pid_t = 0
    let result = program.withPlatformString { posix_spawn(&process, $0, &actions, nil, &arguments, environ) }
    guard result == 0 else {
      close(ends[0])
      throw failure(result)
    }
    return (process, ends[0])
  }

  private func send(_ bytes: [UInt8], to channel: CInt) throws(WinnowError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(channel, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      rest = rest.dropFirst(count)
    }
  }

  private func readLines(
    from channel: CInt, _ take: (Data) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var pending = Data()
    while true {
      let count = read(channel, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      pending.append(contentsOf: buffer[..<count])
      while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        try take(Data(pending[..<newline]))
        pending = pending[(newline + 1)...]
      }
    }
  }

  private func failure(_ number: CInt) -> WinnowError {
    WinnowError(.systemCall, "\(name) cannot be run", cause: String(cString: strerror(number)))
  }
}
