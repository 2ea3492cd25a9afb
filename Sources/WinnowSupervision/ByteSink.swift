internal import Dispatch
internal import Glibc
internal import WinnowFiles

/// Writes some bytes to a child's standard input (our end of a `SocketPair`) without ever waiting, then holds it open
/// until `close`: the child takes end-of-file as the sign to end. Lives on the queue it is given.
final class ByteSink {
  private let socket: Int32
  private let source: any DispatchSourceWrite
  private var rest: ArraySlice<UInt8>
  private var isSuspended = false
  private var isOver = false

  init(_ socket: consuming OwnedDescriptor, writing bytes: [UInt8], on queue: DispatchQueue) {
    let socket = socket.take()
    self.socket = socket
    rest = bytes[...]
    source = DispatchSource.makeWriteSource(fileDescriptor: socket, queue: queue)
    source.setCancelHandler { _ = Glibc.close(socket) }
    source.setEventHandler { [weak self] in self?.write() }
    source.activate()
  }

  deinit { close() }

  func close() {
    guard !isOver else { return }
    isOver = true
    source.cancel()
    if isSuspended { source.resume() }
  }

  private func write() {
    guard !isOver else { return }
    if !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno != EAGAIN, errno != EINTR {
        // The child reads no more; its exit tells the rest.
        rest = []
      }
    }
    // An idle socket is always writable.
    if rest.isEmpty, !isSuspended {
      isSuspended = true
      source.suspend()
    }
  }
}
