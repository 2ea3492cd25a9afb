public import WinnowCore

/// A picture that the ledger knows, small.
public struct ThumbnailRequest: Hashable, Sendable {
  /// The picture's number.
  public var picture: Int64
  /// The longer side at most, in pixels, one of `LookWishes.thumbnailSides`.
  public var side: Int

  public init(picture: Int64, side: Int = 256) {
    self.picture = picture
    self.side = side
  }

  /// - Throws: `.notFound` where the text is no number, `.invalidInput` for another side.
  public init(picture text: String, _ query: Query) throws(WinnowError) {
    try query.allowOnly(["side"])
    guard let picture = Int64(text) else { throw WinnowError(.notFound, "there is no picture \"\(text)\"") }
    self.picture = picture
    side = try query.integer("side") ?? 256
    let sides = LookWishes.thumbnailSides
    guard sides.contains(side) else {
      throw WinnowError(
        .invalidInput, "no thumbnail has a side of \(side) pixels",
        remedy: "ask for \(sides.lowerBound) to \(sides.upperBound)")
    }
  }
}
