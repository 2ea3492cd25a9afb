internal import CWinnowLinux
internal import Glibc
public import WinnowCore
internal import WinnowFiles

/// One run of a program that is not ours: it has its input whole from the start, a limited time, and an output of which
/// the end is kept. Blocks its thread; nothing that the program does or leaves undone makes it wait longer.
public struct BoundedRun {
  public enum Ending: Hashable, Sendable {
    case ended(ChildExit)
    /// It was killed, with all of its process group.
    case timedOut, cancelled
  }

  public struct Outcome: Hashable, Sendable {
    public var ending: Ending
    /// The last of what it wrote to standard output and standard error.
    public var output: [UInt8]
  }

  private static let keptOutput = 4096
  /// How often a running program looks whether it is still wanted.
  private static let glance: Int32 = 100

  private let command: ChildCommand
  private let input: [UInt8]
  private let limit: Duration

  /// - Parameter command: its standard streams and its group are chosen here.
  public init(_ command: ChildCommand, input: [UInt8], limit: Duration) {
    self.command = command
    self.input = input
    self.limit = limit
  }

  /// - Throws: `.startFailed` where it cannot be started, `.systemCall` where there is no room for its input.
  public func run(_ cancellation: Cancellation) throws(WinnowError) -> Outcome {
    let input = try inputFile()
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .systemCall("cannot make a pipe for a program", status: -errno) }
    let output = OwnedDescriptor(ends[0])
    let theirs = OwnedDescriptor(ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(output.raw, F_SETFL, O_NONBLOCK)
    var command = command
    command.standardInput = .descriptor(input.raw)
    command.standardOutput = .descriptor(theirs.raw)
    command.standardError = .descriptor(theirs.raw)
    command.ownProcessGroup = true
    let child = try SpawnRequest(command).run()
    theirs.close()
    input.close()
    let process = OwnedDescriptor(child.process)

    var kept: [UInt8] = []
    let end = ContinuousClock.now + limit
    var killed: Ending?
    while true {
      if killed == nil {
        if cancellation.isRequested { killed = .cancelled } else if ContinuousClock.now >= end { killed = .timedOut }
        // The group's number is its leader's as long as that is not reaped, which happens below alone.
        if killed != nil { kill(-child.pid, SIGKILL) }
      }
      var waiting = [
        pollfd(fd: process.raw, events: Int16(POLLIN), revents: 0),
        pollfd(fd: output.raw, events: Int16(POLLIN), revents: 0),
      ]
      // Once every writer is gone a pipe is readable for ever.
      let isOpen = Self.read(output.raw, into: &kept)
      _ = poll(&waiting, isOpen ? 2 : 1, Self.glance)
      var (signalled, status): (Int32, Int32) = (0, 0)
      guard waiting[0].revents != 0, cwinnow_reap(process.raw, &signalled, &status) == 0 else { continue }
      _ = Self.read(output.raw, into: &kept)
      return Outcome(ending: killed ?? .ended(signalled == 1 ? .signalled(status) : .exited(status)), output: kept)
    }
  }

  /// A file in memory: the program may read it when it likes, as a stream or by opening /dev/stdin, or not at all.
  private func inputFile() throws(WinnowError) -> OwnedDescriptor {
    let descriptor = cwinnow_memory_file(input.count)
    guard descriptor >= 0 else { throw .systemCall("cannot make an input for a program", status: descriptor) }
    let file = OwnedDescriptor(descriptor)
    var rest = input[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .systemCall("cannot write the input of a program", status: -errno) }
      rest = rest.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
    return file
  }

  /// Reads what is there, a bounded piece of it.
  ///
  /// - Returns: false once nobody writes any more.
  private static func read(_ descriptor: Int32, into kept: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    for _ in 0..<16 {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return false }
      guard count > 0 else { return true }
      kept += buffer[..<count]
      kept = Array(kept.suffix(keptOutput))
    }
    return true
  }
}
