import CWinnowLinux
import Glibc
import WinnowCore
import WinnowFiles
import WinnowWire

/// The worker's end of the socket pair. Datagrams are whole or not there, so any thread may answer.
struct WorkerSocket: Sendable {
  /// Where the daemon puts it.
  static let standard = WorkerSocket(descriptor: 3)

  let descriptor: Int32

  /// Whether there is a socket at all: a person who starts the worker by hand has none.
  var isThere: Bool {
    var type: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0
      && type == Int32(SOCK_SEQPACKET.rawValue)
  }

  /// Waits for the next request and its descriptor; nil at end-of-file.
  ///
  /// - Throws: `.malformed` for what the daemon would not send, `.systemCall`.
  func receive() throws(WinnowError) -> PictureRequest? {
    var buffer = [UInt8](repeating: 0, count: workerMessageLimit)
    var count = 0
    var picture: Int32 = -1
    let failure = cwinnow_receive_message(descriptor, &buffer, buffer.count, &count, &picture, 0)
    if failure == -ECONNRESET { return nil }
    guard failure == 0 else {
      throw WinnowError(.systemCall, "cannot receive a request", cause: String(cString: strerror(-failure)))
    }
    if count == 0 { return nil }
    let owned: PictureDescriptor? = picture >= 0 ? PictureDescriptor(picture) : nil
    switch try WorkerRequest(Array(buffer[..<count])) {
    case .classify(let id, let wantsLogits):
      guard let owned else { throw WinnowError(.malformed, "a request came without its picture") }
      return PictureRequest(id: id, wantsLogits: wantsLogits, picture: owned)
    }
  }

  /// Sends an answer; false when the daemon is gone.
  @discardableResult
  func send(_ answer: WorkerAnswer) -> Bool {
    let bytes = answer.encoded()
    return cwinnow_send_message(descriptor, bytes, bytes.count, -1, 0) == 0
  }
}

/// A picture's descriptor, shared by the stages it passes and closed behind the last.
final class PictureDescriptor: Sendable {
  let raw: Int32
  init(_ raw: Int32) { self.raw = raw }
  deinit { Glibc.close(raw) }
}

/// One picture to classify.
struct PictureRequest: Sendable {
  let id: UInt64
  let wantsLogits: Bool
  let picture: PictureDescriptor
}
