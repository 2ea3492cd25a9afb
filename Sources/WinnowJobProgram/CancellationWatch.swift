import Dispatch
import Glibc
public import WinnowSupervision

/// Asks for cancellation once standard input ends, or at SIGINT, SIGTERM and SIGHUP, as long as this object lives.
public final class CancellationWatch {
  private let input: any DispatchSourceRead
  private let signals: [any DispatchSourceSignal]

  /// - Parameter descriptor: Borrowed. What comes on it before its end is passed over.
  public init(endOf descriptor: Int32, asking cancellation: Cancellation) {
    let queue = DispatchQueue(label: "winnow.cancellation-watch")
    input = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    signals = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { cancellation.request() }
      source.activate()
      return source
    }
    input.setEventHandler { [weak self] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN)) { return }
      cancellation.request()
      // An end is there to be read for ever.
      self?.input.cancel()
    }
    input.activate()
  }

  deinit {
    input.cancel()
    for source in signals { source.cancel() }
  }
}
