public import WinnowCore

/// The version of the worker protocol. Daemon and worker come from one build; a mismatch means a half-done upgrade,
/// and the daemon refuses the worker.
public let workerProtocolVersion: UInt32 = 5

/// The largest datagram either side sends: 1,000 logits take 4 KB, so this is ample.
public let workerMessageLimit = 128 << 10

/// What the daemon asks of a worker. One request is one datagram of a SOCK_SEQPACKET socket pair.
public enum WorkerRequest: Hashable, Sendable {
  /// Classify the picture behind the one descriptor that comes with this datagram (SCM_RIGHTS, open for reading).
  /// The worker reads it with pread and closes it.
  case classify(id: UInt64, wantsLogits: Bool)
  /// Look closer at such a picture. Where a conversion is wanted, a memory file comes as a second descriptor, and the
  /// worker writes the JPEG to it from the start.
  case look(id: UInt64, LookWishes)
  /// Write the pixels of a square of such a picture into the memory file that comes as a second descriptor, from
  /// `offset` on.
  case crop(id: UInt64, CropWish, offset: Int)

  /// Memory files for pixels are not larger, in bytes.
  public static let largestCropOffset = 1 << 32

  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .classify(let id, let wantsLogits):
      writer.write(UInt8(1))
      writer.write(id)
      writer.write(wantsLogits)
    case .look(let id, let wishes):
      writer.write(UInt8(2))
      writer.write(id)
      writer.write(optional: wishes.thumbnailSide) { $0.write(UInt32(clamping: $1)) }
      writer.write(wishes.conversion)
      writer.write(wishes.mirroredFeature)
    case .crop(let id, let wish, let offset):
      writer.write(UInt8(3))
      writer.write(id)
      Self.write(wish, to: &writer)
      writer.write(Int64(offset))
    }
    return writer.bytes
  }

  public init(_ message: [UInt8]) throws(WinnowError) {
    var reader = ByteReader(message)
    switch try reader.read(UInt8.self) {
    case 1: self = .classify(id: try reader.read(), wantsLogits: try reader.readBool())
    case 2:
      let id = try reader.read(UInt64.self)
      let side = try reader.readOptional { reader throws(WinnowError) in Int(try reader.read(UInt32.self)) }
      guard side.map(LookWishes.thumbnailSides.contains) ?? true else {
        throw WinnowError(.malformed, "a thumbnail of \(side ?? 0) pixels was asked for")
      }
      let wishes = LookWishes(
        thumbnailSide: side, conversion: try reader.readBool(), mirroredFeature: try reader.readBool())
      guard !wishes.mirroredFeature || side == nil else {
        throw WinnowError(.malformed, "a thumbnail and a mirrored feature were asked for at once")
      }
      self = .look(id: id, wishes)
    case 3:
      let id = try reader.read(UInt64.self)
      let wish = try Self.readCropWish(from: &reader)
      let offset = try reader.read(Int64.self)
      guard (0...Int64(Self.largestCropOffset)).contains(offset) else {
        throw WinnowError(.malformed, "pixels were asked for at the offset \(offset)")
      }
      self = .crop(id: id, wish, offset: Int(offset))
    case let tag: throw WinnowError(.malformed, "unknown worker request \(tag)")
    }
    try reader.finish()
  }

  private static func write(_ wish: CropWish, to writer: inout ByteWriter) {
    writer.write(UInt32(clamping: wish.side))
    switch wish.region {
    case .centre(let resize):
      writer.write(UInt8(0))
      writer.write(UInt32(clamping: resize))
    case .part(let part):
      writer.write(UInt8(1))
      for number in [part.area, part.ratio, part.x, part.y] { writer.write(number) }
      writer.write(part.isMirrored)
    }
  }

  private static func readCropWish(from reader: inout ByteReader) throws(WinnowError) -> CropWish {
    let side = Int(try reader.read(UInt32.self))
    let region: CropWish.Region
    var isValid = CropWish.sides.contains(side)
    switch try reader.read(UInt8.self) {
    case 0:
      let resize = Int(try reader.read(UInt32.self))
      isValid = isValid && (1...16_384).contains(resize)
      region = .centre(resize: resize)
    case 1:
      let part = CropWish.Part(
        area: try reader.readFloat(), ratio: try reader.readFloat(), x: try reader.readFloat(),
        y: try reader.readFloat(), isMirrored: try reader.readBool())
      isValid = isValid && part.isValid
      region = .part(part)
    case let tag: throw WinnowError(.malformed, "unknown region \(tag)")
    }
    guard isValid else { throw WinnowError(.malformed, "pixels were asked for that no picture has") }
    return CropWish(side: side, region: region)
  }
}
