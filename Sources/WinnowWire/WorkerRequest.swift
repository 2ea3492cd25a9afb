public import WinnowCore

/// The version of the worker protocol. Daemon and worker come from one build; a mismatch means a half-done upgrade,
/// and the daemon refuses the worker.
public let workerProtocolVersion: UInt32 = 1

/// The largest datagram either side sends: 1,000 logits take 4 KB, so this is ample.
public let workerMessageLimit = 128 << 10

/// What the daemon asks of a worker. One request is one datagram of a SOCK_SEQPACKET socket pair.
public enum WorkerRequest: Hashable, Sendable {
  /// Classify the picture behind the one descriptor that comes with this datagram (SCM_RIGHTS, open for reading).
  /// The worker reads it with pread and closes it.
  case classify(id: UInt64, wantsLogits: Bool)

  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .classify(let id, let wantsLogits):
      writer.write(UInt8(1))
      writer.write(id)
      writer.write(wantsLogits)
    }
    return writer.bytes
  }

  public init(_ message: [UInt8]) throws(WinnowError) {
    var reader = ByteReader(message)
    let tag = try reader.read(UInt8.self)
    guard tag == 1 else { throw WinnowError(.malformed, "unknown worker request \(tag)") }
    self = .classify(id: try reader.read(), wantsLogits: try reader.readBool())
    try reader.finish()
  }
}
