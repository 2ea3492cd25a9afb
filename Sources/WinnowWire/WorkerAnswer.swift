public import WinnowCore

/// What a worker says about itself once its model is loaded and checked, before the first picture.
public struct WorkerReady: Hashable, Sendable {
  public var protocolVersion: UInt32
  /// `CPU`, later `CUDA`.
  public var device: String
  /// `fp32`, `bf16` or `int8`.
  public var precision: String
  public var classCount: Int
  /// How many pictures it works on best at once; the daemon keeps this many in flight under load.
  public var capacity: Int
  /// Whether the model came from the cache.
  public var loadedFromCache: Bool

  public init(
    protocolVersion: UInt32 = workerProtocolVersion, device: String, precision: String, classCount: Int,
    capacity: Int, loadedFromCache: Bool
  ) {
    self.protocolVersion = protocolVersion
    self.device = device
    self.precision = precision
    self.classCount = classCount
    self.capacity = capacity
    self.loadedFromCache = loadedFromCache
  }
}

/// One class index with its probability.
public struct WireScore: Hashable, Sendable {
  public var index: UInt32
  public var probability: Float

  public init(index: UInt32, probability: Float) {
    self.index = index
    self.probability = probability
  }
}

/// What a worker sends. One answer is one datagram and never carries a descriptor.
public enum WorkerAnswer: Hashable, Sendable {
  case ready(WorkerReady)
  /// `scores`: best first, ten at most. `logits`: in label order, empty unless asked for. `familiarity`: −1 to 1, nil where
  /// the model has no class centres.
  case classified(id: UInt64, picture: PictureFacts, scores: [WireScore], logits: [Float], familiarity: Float?)
  /// `converted`: how many bytes of JPEG lie in the memory file; nil unless a conversion was asked for.
  case looked(id: UInt64, PictureLook, converted: Int?)
  /// The pixels lie in the memory file. `digest`: of the file's bytes as they were read for it.
  case cropped(id: UInt64, digest: ContentDigest)
  /// `digest` is there wherever all the bytes could be read.
  case refused(id: UInt64, Refusal, digest: ContentDigest?)
  /// The worker cannot go on (broken bundle, failed self-check) and ends after this.
  case failed(code: String, message: String, remedy: String?)

  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .ready(let ready):
      writer.write(UInt8(1))
      writer.write(ready.protocolVersion)
      writer.write(ready.device)
      writer.write(ready.precision)
      writer.write(UInt32(ready.classCount))
      writer.write(UInt32(ready.capacity))
      writer.write(ready.loadedFromCache)
    case .classified(let id, let picture, let scores, let logits, let familiarity):
      writer.write(UInt8(2))
      writer.write(id)
      Self.write(picture, to: &writer)
      writer.write(list: scores) { writer, score in
        writer.write(score.index)
        writer.write(score.probability)
      }
      writer.write(list: logits) { $0.write($1) }
      writer.write(optional: familiarity) { $0.write($1) }
    case .refused(let id, let refusal, let digest):
      writer.write(UInt8(3))
      writer.write(id)
      writer.write(refusal.kind.rawValue)
      writer.write(refusal.detail)
      writer.write(optional: digest) { $0.write($1.bytes) }
    case .failed(let code, let message, let remedy):
      writer.write(UInt8(4))
      writer.write(code)
      writer.write(message)
      writer.write(optional: remedy) { $0.write($1) }
    case .looked(let id, let look, let converted):
      writer.write(UInt8(5))
      writer.write(id)
      Self.write(look, to: &writer)
      writer.write(optional: converted) { $0.write(Int64($1)) }
    case .cropped(let id, let digest):
      writer.write(UInt8(6))
      writer.write(id)
      writer.write(digest.bytes)
    }
    return writer.bytes
  }

  /// - Throws: `.malformed` for anything a sound worker would not send: unknown tags, lists over their limits,
  ///   probabilities outside 0 to 1 or not best first, classes named twice, logits that are no numbers, sizes below 1.
  public init(_ message: [UInt8]) throws(WinnowError) {
    var reader = ByteReader(message)
    switch try reader.read(UInt8.self) {
    case 1:
      self = .ready(
        WorkerReady(
          protocolVersion: try reader.read(), device: try reader.readString(atMost: 32),
          precision: try reader.readString(atMost: 32), classCount: Int(try reader.read(UInt32.self)),
          capacity: Int(try reader.read(UInt32.self)), loadedFromCache: try reader.readBool()))
    case 2:
      let id = try reader.read(UInt64.self)
      let picture = try Self.readPicture(from: &reader)
      let scores = try reader.readList(atMost: 10) { reader throws(WinnowError) in
        WireScore(index: try reader.read(), probability: try reader.readFloat())
      }
      try Self.check(scores)
      let logits = try reader.readList(atMost: 100_000) { reader throws(WinnowError) in try reader.readFloat() }
      guard logits.allSatisfy(\.isFinite) else {
        throw WinnowError(.malformed, "a worker sent logits that are no numbers")
      }
      let familiarity = try reader.readOptional { reader throws(WinnowError) in try reader.readFloat() }
      guard familiarity.map({ (-1...1).contains($0) }) ?? true else {
        throw WinnowError(.malformed, "a worker sent a familiarity outside −1 to 1")
      }
      self = .classified(id: id, picture: picture, scores: scores, logits: logits, familiarity: familiarity)
    case 3:
      let id = try reader.read(UInt64.self)
      let name = try reader.readString(atMost: 64)
      guard let kind = Refusal.Kind(rawValue: name) else {
        throw WinnowError(.malformed, "a worker sent an unknown refusal")
      }
      let detail = try reader.readString(atMost: 4096)
      self = .refused(
        id: id, Refusal(kind, detail),
        digest: try reader.readOptional { reader throws(WinnowError) in try Self.readDigest(from: &reader) })
    case 4:
      self = .failed(
        code: try reader.readString(atMost: 64), message: try reader.readString(atMost: 4096),
        remedy: try reader.readOptional { reader throws(WinnowError) in try reader.readString(atMost: 4096) })
    case 5:
      let id = try reader.read(UInt64.self)
      let look = try Self.readLook(from: &reader)
      let converted = try reader.readOptional { reader throws(WinnowError) in try reader.read(Int64.self) }
      guard converted.map({ (1...Int64(conversionLimit)).contains($0) }) ?? true else {
        throw WinnowError(.malformed, "a worker sent a conversion without bytes")
      }
      self = .looked(id: id, look, converted: converted.map { Int($0) })
    case 6:
      self = .cropped(id: try reader.read(), digest: try Self.readDigest(from: &reader))
    case let tag:
      throw WinnowError(.malformed, "unknown worker answer \(tag)")
    }
    try reader.finish()
  }

  private static func check(_ scores: [WireScore]) throws(WinnowError) {
    guard !scores.isEmpty, scores.allSatisfy({ (0...1).contains($0.probability) }) else {
      throw WinnowError(.malformed, "a worker sent probabilities outside 0 to 1")
    }
    guard zip(scores, scores.dropFirst()).allSatisfy({ $0.probability >= $1.probability }) else {
      throw WinnowError(.malformed, "a worker sent probabilities that are not best first")
    }
    guard Set(scores.map(\.index)).count == scores.count else {
      throw WinnowError(.malformed, "a worker named a class twice")
    }
  }

  static func write(_ picture: PictureFacts, to writer: inout ByteWriter) {
    writer.write(picture.digest.bytes)
    writer.write(picture.byteCount)
    writer.write(picture.format)
    writer.write(UInt32(picture.width))
    writer.write(UInt32(picture.height))
    writer.write(picture.perceptualHash)
    writer.write(optional: picture.captureTime) { $0.write($1.nanoseconds) }
    writer.write(optional: picture.camera) { $0.write($1) }
  }

  private static func readDigest(from reader: inout ByteReader) throws(WinnowError) -> ContentDigest {
    guard let digest = ContentDigest(bytes: try reader.readBytes(atMost: 32)) else {
      throw WinnowError(.malformed, "a worker sent a digest of the wrong length")
    }
    return digest
  }

  static func readPicture(from reader: inout ByteReader) throws(WinnowError) -> PictureFacts {
    let picture = PictureFacts(
      digest: try readDigest(from: &reader), byteCount: try reader.read(),
      format: try reader.readString(atMost: 16), width: Int(try reader.read(UInt32.self)),
      height: Int(try reader.read(UInt32.self)), perceptualHash: try reader.read(),
      captureTime: try reader.readOptional { reader throws(WinnowError) in
        Timestamp(nanoseconds: try reader.read())
      },
      camera: try reader.readOptional { reader throws(WinnowError) in try reader.readString(atMost: 256) })
    guard picture.width > 0, picture.height > 0, picture.byteCount > 0 else {
      throw WinnowError(.malformed, "a worker sent a picture without a size")
    }
    return picture
  }
}
