import CWinnowLinux
import Glibc
import SystemPackage
import WinnowCore
import WinnowWire

/// A real winnow-worker and the daemon's end of its socket.
final class WorkerHarness {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let pid: pid_t
  private let process: Int32
  private(set) var socket: Int32

  /// Starts the program; its standard error is this process's.
  init(_ program: FilePath, arguments: [String]) throws {
    var pair: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw Failure(description: "no socket pair") }
    let (ours, theirs) = (pair[0], pair[1])
    defer { close(theirs) }
    var argv: [UnsafeMutablePointer<CChar>?] = ([program.string] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    let placements = [(0, 0), (1, 1), (2, 2), (theirs, 3)].map {
      cwinnow_placement(source: Int32($0.0), target: Int32($0.1))
    }
    var pid: pid_t = 0
    var process: Int32 = -1
    var step = CWINNOW_SPAWN_PREPARE
    let answer = program.withPlatformString { path in
      argv.withUnsafeMutableBufferPointer { argv in
        environment.withUnsafeMutableBufferPointer { environment in
          placements.withUnsafeBufferPointer { placements -> Int32 in
            guard let argv = argv.baseAddress, let environment = environment.baseAddress,
              let first = placements.baseAddress
            else { return -EINVAL }
            var request = cwinnow_spawn_request(
              program: path, arguments: argv, environment: environment, placements: first,
              placement_count: placements.count, own_group: 0)
            return cwinnow_spawn(&request, &pid, &process, &step)
          }
        }
      }
    }
    guard answer == 0 else { throw Failure(description: "cannot start \(program): \(answer)") }
    self.pid = pid
    self.process = process
    socket = ours
  }

  deinit {
    closeSocket()
    _ = cwinnow_signal_process(process, SIGKILL)
    _ = wait(seconds: 10)
    close(process)
  }

  /// End-of-file for the worker.
  func closeSocket() {
    if socket >= 0 { close(socket) }
    socket = -1
  }

  /// The next answer; nil when the worker has closed its end.
  func receive() throws -> WorkerAnswer? {
    var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 60_000) == 1 else { throw Failure(description: "the worker is silent") }
    var buffer = [UInt8](repeating: 0, count: workerMessageLimit)
    var count = 0
    var descriptor: Int32 = -1
    var second: Int32 = -1
    let answer = cwinnow_receive_message(socket, &buffer, buffer.count, &count, &descriptor, &second, 0)
    if answer == -ECONNRESET || (answer == 0 && count == 0) { return nil }
    guard answer == 0, descriptor < 0 else { throw Failure(description: "receiving failed: \(answer)") }
    return try WorkerAnswer(Array(buffer[..<count]))
  }

  func ready() throws -> WorkerReady {
    switch try receive() {
    case .ready(let ready): return ready
    case let other: throw Failure(description: "instead of ready: \(String(describing: other))")
    }
  }

  func send(_ id: UInt64, picture: FilePath, wantsLogits: Bool = false) throws {
    let file = picture.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else { throw Failure(description: "cannot open \(picture)") }
    defer { close(file) }
    let bytes = WorkerRequest.classify(id: id, wantsLogits: wantsLogits).encoded()
    let answer = cwinnow_send_message(socket, bytes, bytes.count, file, -1, 0)
    guard answer == 0 else { throw Failure(description: "sending failed: \(answer)") }
  }

  /// Sends all, `inFlight` at a time, and gives each answer to `body` with the picture's index.
  func classify(
    _ pictures: [FilePath], inFlight: Int, wantsLogits: Bool = false, _ body: (Int, WorkerAnswer) throws -> Void
  ) throws {
    var sent = 0
    for answered in 0..<pictures.count {
      while sent < pictures.count, sent - answered < inFlight {
        try send(UInt64(sent), picture: pictures[sent], wantsLogits: wantsLogits)
        sent += 1
      }
      guard let answer = try receive() else { throw Failure(description: "the worker is gone") }
      switch answer {
      case .classified(let id, _, _, _, _), .refused(let id, _, _): try body(Int(id), answer)
      case .ready, .failed, .looked, .cropped: throw Failure(description: "unexpected: \(answer)")
      }
    }
  }

  /// The exit code, or minus the signal; nil when it still runs after `seconds`.
  func wait(seconds: Int32) -> Int32? {
    var ended = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
    guard poll(&ended, 1, seconds * 1000) == 1 else { return nil }
    var signalled: Int32 = 0
    var status: Int32 = 0
    guard cwinnow_reap(process, &signalled, &status) == 0 else { return nil }
    return signalled != 0 ? -status : status
  }
}
