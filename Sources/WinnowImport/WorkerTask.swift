import Dispatch
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowSupervision
import WinnowWire

/// One run of winnow-worker for something else than serving: `--make-golden`, `--compile`.
struct WorkerTask {
  let program: FilePath
  let cancellation: Cancellation

  /// The most it may print. The golden answers of 100,000 classes take about 5 MB.
  private static let longestOutput = 64 << 20

  /// - Returns: What it printed.
  /// - Throws: What the worker says went wrong; `.jobFailed` where it ends otherwise; `.startFailed`; `.jobCancelled`.
  func run(_ arguments: [CommandArgument]) throws(WinnowError) -> [UInt8] {
    try cancellation.check()
    let output = try Channel(SOCK_STREAM)
    let complaints = try Channel(SOCK_STREAM)
    // The worker says on its descriptor 3 why it cannot go on.
    let lastWords = try Channel(SOCK_SEQPACKET)
    var command = ChildCommand(executable: program, arguments: arguments)
    command.standardOutput = .descriptor(output.theirs.raw)
    command.standardError = .descriptor(complaints.theirs.raw)
    command.descriptors = [3: lastWords.theirs.raw]
    // Ctrl-C at the terminal ends it through us.
    command.ownProcessGroup = true
    let run = try Run(command)
    for channel in [output, complaints, lastWords] { channel.closeTheirs() }
    cancellation.act { run.kill() }
    let printed = Self.read([output.ours.raw, complaints.ours.raw])
    if printed == nil { run.kill() }
    let exit = run.wait()
    cancellation.stopActing()
    try cancellation.check()
    guard exit == .exited(0), let printed else {
      let said = printed.map { String(decoding: $0[1], as: UTF8.self).split(separator: "\n") }?.last
      throw Self.failure(lastWords.ours.raw)
        ?? WinnowError(.jobFailed, said.map(String.init) ?? "winnow-worker ended without an answer", cause: "\(exit)")
    }
    // What it remarked without failing is for the journal.
    if !printed[1].isEmpty { _ = write(STDERR_FILENO, printed[1], printed[1].count) }
    return printed[0]
  }

  /// Everything that comes from each of the descriptors up to its end; nil when that is too much.
  private static func read(_ descriptors: [Int32]) -> [[UInt8]]? {
    var texts = [[UInt8]](repeating: [], count: descriptors.count)
    var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    // A descriptor below 0 is passed over by poll.
    while waiting.contains(where: { $0.fd >= 0 }) {
      guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
      for index in waiting.indices where waiting[index].fd >= 0 && waiting[index].revents != 0 {
        let count = Glibc.read(waiting[index].fd, &buffer, buffer.count)
        if count > 0 {
          texts[index] += buffer[..<count]
        } else if count == 0 || errno != EINTR {
          waiting[index].fd = -1
        }
        guard texts[index].count <= longestOutput else { return nil }
      }
    }
    return texts
  }

  private static func failure(_ descriptor: Int32) -> WinnowError? {
    var buffer = [UInt8](repeating: 0, count: workerMessageLimit)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    guard count > 0, case .failed(let code, let message, let remedy) = try? WorkerAnswer(Array(buffer[..<count])) else {
      return nil
    }
    return WinnowError(.init(code), message, remedy: remedy)
  }
}

/// Two connected sockets, one of them for the child.
private final class Channel {
  let ours: OwnedDescriptor
  private(set) var theirs: OwnedDescriptor

  init(_ type: __socket_type) throws(WinnowError) {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw WinnowError(
        .systemCall, "cannot make a socket for winnow-worker", cause: String(cString: strerror(errno)))
    }
    ours = OwnedDescriptor(pair[0])
    theirs = OwnedDescriptor(pair[1])
  }

  /// Once the child has its own: end-of-file then comes when the child ends.
  func closeTheirs() { theirs = OwnedDescriptor(-1) }
}

/// The running worker.
///
/// `@unchecked Sendable`: `child` is written before `init` returns and used on `queue` alone; `exit` is written before
/// `ended` is signalled and read after.
private final class Run: @unchecked Sendable {
  private let queue = DispatchQueue(label: "winnow.worker-task")
  private let ended = DispatchSemaphore(value: 0)
  private var child: ChildProcess?
  private var exit = ChildExit.exited(-1)

  init(_ command: ChildCommand) throws(WinnowError) {
    let started = queue.sync {
      Result { () throws(WinnowError) in
        try ChildProcess(command, on: queue) { [self] exit in
          self.exit = exit
          ended.signal()
        }
      }
    }
    child = try started.get()
  }

  func kill() { queue.async { self.child?.terminate() } }

  func wait() -> ChildExit {
    ended.wait()
    return exit
  }
}
