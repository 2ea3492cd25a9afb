/// What is wanted of a look beside the facts, the measures and the signature.
public struct LookWishes: Hashable, Sendable {
  /// Sides of a thumbnail that may be asked for, in pixels.
  public static let thumbnailSides = 32...512

  /// Longer side of the thumbnail in pixels, one of `thumbnailSides`; nil for none.
  public var thumbnailSide: Int?
  /// Whether the picture is wanted as an upright sRGB JPEG of full size, without metadata.
  public var conversion: Bool
  /// Whether the feature of the mirrored crop is wanted as well; not together with a thumbnail.
  public var mirroredFeature: Bool

  public init(thumbnailSide: Int? = nil, conversion: Bool = false, mirroredFeature: Bool = false) {
    self.thumbnailSide = thumbnailSide
    self.conversion = conversion
    self.mirroredFeature = mirroredFeature
  }
}
