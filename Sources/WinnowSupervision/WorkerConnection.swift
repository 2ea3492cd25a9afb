internal import CWinnowLinux
internal import Dispatch
internal import Glibc
internal import SystemPackage
internal import WinnowCore
internal import WinnowFiles
internal import WinnowWire

/// Our end of the socket to a worker: sends requests with their descriptors, receives answers and distrusts them.
///
/// Lives on the queue it is given.
final class WorkerConnection {
  enum Arrival {
    case answer(WorkerAnswer)
    /// What the worker did, as the end of a sentence about it.
    case misbehaviour(String)
    case closed
  }

  /// The most datagrams read before the queue's other work gets its turn.
  private static let burst = 64

  private let socket: Int32
  private let source: any DispatchSourceRead
  private let receive: (Arrival) -> Void
  private var buffer = [UInt8](repeating: 0, count: workerMessageLimit)
  private var isOver = false

  /// Takes `socket`; `receive` is called on `queue` until `close`, and nothing follows a misbehaviour or `closed`.
  init(socket: Int32, on queue: DispatchQueue, receive: @escaping (Arrival) -> Void) {
    self.socket = socket
    self.receive = receive
    source = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
    source.setCancelHandler { _ = Glibc.close(socket) }
    source.setEventHandler { [weak self] in self?.drain(atMost: Self.burst) }
    source.activate()
  }

  deinit { source.cancel() }

  /// Ends the conversation: the worker sees end-of-file.
  func close() {
    guard !isOver else { return }
    isOver = true
    // At once, not when the queue has run the cancel handler. Never after it: the number may be another's by then.
    _ = shutdown(socket, Int32(SHUT_RDWR))
    source.cancel()
  }

  /// - Returns: 0, or minus errno; the picture's descriptor stays ours.
  func send(_ request: WorkerRequest, descriptor: Int32, second: Int32) -> Int32 {
    guard !isOver else { return -EPIPE }
    let message = request.encoded()
    return cwinnow_send_message(socket, message, message.count, descriptor, second, Int32(MSG_DONTWAIT))
  }

  /// Reads whatever is there. Called once more when the worker has ended: what it answered before counts.
  func drain(atMost count: Int = .max) {
    var rest = count
    while rest > 0, !isOver, let arrival = next() {
      rest -= 1
      if case .answer = arrival {} else { close() }
      receive(arrival)
    }
  }

  private func next() -> Arrival? {
    var count = 0
    var descriptors: (Int32, Int32) = (-1, -1)
    let status = cwinnow_receive_message(
      socket, &buffer, buffer.count, &count, &descriptors.0, &descriptors.1, Int32(MSG_DONTWAIT))
    if descriptors.0 >= 0 {
      _ = Glibc.close(descriptors.0)
      if descriptors.1 >= 0 { _ = Glibc.close(descriptors.1) }
      return .misbehaviour("sent a descriptor")
    }
    switch status {
    case 0 where count == 0: return .closed
    case 0: break
    case -EAGAIN: return nil
    case -EMSGSIZE: return .misbehaviour("sent a message over \(workerMessageLimit) bytes")
    default: return .closed
    }
    do throws(WinnowError) {
      return .answer(try WorkerAnswer(Array(buffer[..<count])))
    } catch {
      return .misbehaviour("sent nonsense: \(error.message)")
    }
  }
}
