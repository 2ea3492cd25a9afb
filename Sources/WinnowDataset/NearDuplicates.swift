public import WinnowCore

/// Finds pictures that look the same among those added.
public struct NearDuplicates {
  public struct Pair: Hashable, Sendable {
    public var first: Int
    public var second: Int
  }

  private var idsBySignature: [PictureSignature: [Int]] = [:]
  private var count = 0

  public init() {}

  /// Ids are 0, 1, 2 … in order of adding.
  public mutating func add(_ look: PictureLook) {
    idsBySignature[look.signature, default: []].append(count)
    count += 1
  }

  public func pairs() -> [Pair] {
    idsBySignature.values.flatMap { ids in ids.dropFirst().map { Pair(first: ids[0], second: $0) } }
      .sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }
}
