internal import Dispatch
internal import Glibc
internal import WinnowFiles

/// Reads what a child writes to its standard output (our end of a `SocketPair`), a bounded piece at a time. Lives on
/// the queue it is given.
final class ByteSource {
  private static let pieceSize = 64 << 10

  private let socket: Int32
  private let source: any DispatchSourceRead
  private let receive: (ArraySlice<UInt8>) -> Void
  private var buffer = [UInt8](repeating: 0, count: pieceSize)
  private var isPaused = false
  private var isOver = false

  /// `receive` is called on `queue`; its last call may be from `readRest`.
  init(_ socket: consuming OwnedDescriptor, on queue: DispatchQueue, receive: @escaping (ArraySlice<UInt8>) -> Void) {
    let socket = socket.take()
    self.socket = socket
    self.receive = receive
    source = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
    source.setCancelHandler { _ = Glibc.close(socket) }
    source.setEventHandler { [weak self] in _ = self?.readPiece() }
    source.activate()
  }

  deinit { close() }

  /// Leaves further bytes where they are: the child waits once its socket is full.
  func pause() {
    guard !isPaused, !isOver else { return }
    isPaused = true
    source.suspend()
  }

  func resume() {
    guard isPaused, !isOver else { return }
    isPaused = false
    source.resume()
  }

  /// Reads what is still there; for when the child has ended.
  func readRest() {
    while readPiece() {}
  }

  func close() {
    guard !isOver else { return }
    isOver = true
    source.cancel()
    // A suspended source never runs its cancel handler.
    if isPaused { source.resume() }
  }

  private func readPiece() -> Bool {
    guard !isOver else { return false }
    var count: Int
    repeat {
      count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    } while count < 0 && errno == EINTR
    if count > 0 {
      receive(buffer[..<count])
      return true
    }
    // End-of-file, or an error that would come again for ever.
    if count == 0 || errno != EAGAIN { close() }
    return false
  }
}
