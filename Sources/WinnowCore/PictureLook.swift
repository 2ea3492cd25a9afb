/// What a closer look at a picture tells, for work on data sets: more than `PictureFacts`, and costlier.
public struct PictureLook: Hashable, Sendable {
  /// The most bytes of a thumbnail.
  public static let largestThumbnail = 64 << 10
  /// The most numbers of a feature. With two of them, or one and the largest thumbnail, a worker's answer
  /// stays below its limit.
  public static let longestFeature = 8192

  public var facts: PictureFacts
  public var storage: PictureStorage
  public var measures: PictureMeasures
  public var signature: PictureSignature
  /// Best first, ten at most; empty where the worker has no model.
  public var scores: [ClassProbability]
  /// The model's pooled feature; empty where the worker has no model.
  public var feature: [Float]
  /// The same of the crop mirrored left to right, where it was asked for; as long as `feature`.
  public var mirroredFeature: [Float]
  /// A JPEG whose longer side is at most what was asked for; empty where none was, or where the picture is such that
  /// even a coarse one would be over `largestThumbnail`.
  public var thumbnail: [UInt8]

  public init(
    facts: PictureFacts, storage: PictureStorage, measures: PictureMeasures, signature: PictureSignature,
    scores: [ClassProbability] = [], feature: [Float] = [], mirroredFeature: [Float] = [], thumbnail: [UInt8] = []
  ) {
    self.facts = facts
    self.storage = storage
    self.measures = measures
    self.signature = signature
    self.scores = scores
    self.feature = feature
    self.mirroredFeature = mirroredFeature
    self.thumbnail = thumbnail
  }
}

/// A class by its index in label order, and its probability, 0 to 1.
public struct ClassProbability: Hashable, Sendable {
  public var index: Int
  public var probability: Double

  public init(index: Int, probability: Double) {
    self.index = index
    self.probability = probability
  }
}

/// How a file holds its picture.
public struct PictureStorage: Hashable, Sendable, Codable {
  public enum Colour: String, Hashable, Sendable, Codable, CaseIterable {
    case grey, rgb, cmyk, palette
  }

  public var colour: Colour
  public var bitsPerSample: Int
  public var hasAlpha: Bool
  /// Whether a colour profile other than sRGB's is embedded and was applied.
  public var hasForeignProfile: Bool
  /// The EXIF orientation that was applied, 1 to 8; 1 where none was.
  public var orientation: Int
  /// Whether it has more than one picture (animated, or a container of several).
  public var isSequence: Bool

  public init(
    colour: Colour, bitsPerSample: Int = 8, hasAlpha: Bool = false, hasForeignProfile: Bool = false,
    orientation: Int = 1, isSequence: Bool = false
  ) {
    self.colour = colour
    self.bitsPerSample = bitsPerSample
    self.hasAlpha = hasAlpha
    self.hasForeignProfile = hasForeignProfile
    self.orientation = orientation
    self.isSequence = isSequence
  }
}

/// Figures about the pixels of an upright picture, for telling faulty ones. Luma is Rec. 601's, 0 black to 1 white.
public struct PictureMeasures: Hashable, Sendable, Codable {
  /// Mean luma, 0 to 1.
  public var brightness: Float
  /// Standard deviation of luma, 0 to 0.5.
  public var contrast: Float
  /// The luma that 1 of 100 pixels stay below, and that 1 of 100 are above.
  public var darkest: Float
  public var lightest: Float
  /// Entropy of the 256-step histogram of luma, in bits, 0 to 8.
  public var entropy: Float
  /// Variance of the Laplacian (4-neighbour, on luma 0 to 255) of the picture scaled so that its longer side is at
  /// most 512: small where nothing is sharp.
  public var sharpness: Float

  public init(
    brightness: Float, contrast: Float, darkest: Float, lightest: Float, entropy: Float, sharpness: Float
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.darkest = darkest
    self.lightest = lightest
    self.entropy = entropy
    self.sharpness = sharpness
  }
}

/// A picture in little, stretched to a square, for comparing two without decoding them again.
public struct PictureSignature: Hashable, Sendable {
  /// Side of the luma grid and of the colour grid.
  public static let lumaSide = 64
  public static let colourSide = 8

  /// `lumaSide` × `lumaSide` box averages of luma, row by row, 0 to 255.
  public var luma: [UInt8]
  /// `colourSide` × `colourSide` box averages of sRGB, row by row, RGB interleaved.
  public var colour: [UInt8]

  public init(luma: [UInt8], colour: [UInt8]) {
    self.luma = luma
    self.colour = colour
  }
}
