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
    var output: Int32 = -1
    let failure = cwinnow_receive_message(descriptor, &buffer, buffer.count, &count, &picture, &output, 0)
    if failure == -ECONNRESET { return nil }
    guard failure == 0 else {
      throw WinnowError(.systemCall, "cannot receive a request", cause: String(cString: strerror(-failure)))
    }
    if count == 0 { return nil }
    let owned: PictureDescriptor? = picture >= 0 ? PictureDescriptor(picture) : nil
    let target: PictureDescriptor? = output >= 0 ? PictureDescriptor(output) : nil
    let request = try WorkerRequest(Array(buffer[..<count]))
    guard let owned else { throw WinnowError(.malformed, "a request came without its picture") }
    switch request {
    case .classify(let id, let wantsLogits):
      guard target == nil else { throw WinnowError(.malformed, "a picture to classify came with a second descriptor") }
      return PictureRequest(id: id, task: .classify(wantsLogits: wantsLogits), picture: owned)
    case .look(let id, let wishes):
      guard (target != nil) == wishes.conversion else {
        throw WinnowError(.malformed, "a memory file comes with a wish for a conversion, and only then")
      }
      return PictureRequest(id: id, task: .look(wishes, output: target), picture: owned)
    case .crop(let id, let wish, let offset):
      guard let target else { throw WinnowError(.malformed, "pixels were asked for without a memory file") }
      return PictureRequest(
        id: id, task: .crop(PictureCrop(wish: wish, output: target, offset: offset)), picture: owned)
    }
  }

  /// Ends the process when the other end of the socket is closed, whatever the other threads hang in: nobody is left
  /// to answer, and nobody else would end it.
  static func exitOnceAlone() {
    var end = pollfd(fd: standard.descriptor, events: 0, revents: 0)
    while poll(&end, 1, -1) >= 0 || errno == EINTR {
      if Int32(end.revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { break }
    }
    _exit(0)
  }

  /// Sends an answer; false when the daemon is gone.
  @discardableResult
  func send(_ answer: WorkerAnswer) -> Bool {
    let bytes = answer.encoded()
    return cwinnow_send_message(descriptor, bytes, bytes.count, -1, -1, 0) == 0
  }
}

/// A picture's descriptor, shared by the stages it passes and closed behind the last.
final class PictureDescriptor: Sendable {
  let raw: Int32
  init(_ raw: Int32) { self.raw = raw }
  deinit { Glibc.close(raw) }

  /// Writes all of the bytes, for memory files.
  ///
  /// - Throws: `.tooLarge` where there is no room for them.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(Refusal) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        raw, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset + written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw Refusal(.tooLarge, "what came of the picture has \(bytes.count) bytes, more than there is room for")
      }
      written += count
    }
  }
}

/// One picture, and what is wanted of it.
struct PictureRequest: Sendable {
  enum Task: Sendable {
    case classify(wantsLogits: Bool)
    /// `output` is there where a conversion is wanted.
    case look(LookWishes, output: PictureDescriptor?)
    case crop(PictureCrop)
  }

  let id: UInt64
  let task: Task
  let picture: PictureDescriptor
}
