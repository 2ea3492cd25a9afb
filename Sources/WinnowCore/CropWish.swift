/// Which square of a picture is wanted as pixels.
public struct CropWish: Hashable, Sendable {
  public enum Region: Hashable, Sendable {
    /// The middle, after the shorter side became so many pixels.
    case centre(resize: Int)
    case part(Part)
  }

  /// A rectangle somewhere in the picture, which is stretched to the square: the random resized crop of training.
  public struct Part: Hashable, Sendable {
    /// Share of the picture's area, 0.01 to 1.
    public var area: Float
    /// Width by height, 0.25 to 4. What is wider or higher than the picture is cut to it.
    public var ratio: Float
    /// Where it lies, from the left and top edge, 0, to the right and bottom one, 1.
    public var x: Float
    public var y: Float
    public var isMirrored: Bool

    public init(area: Float, ratio: Float, x: Float, y: Float, isMirrored: Bool) {
      (self.area, self.ratio, self.x, self.y, self.isMirrored) = (area, ratio, x, y, isMirrored)
    }

    /// Whether all is within the ranges above.
    public var isValid: Bool {
      (0.01...1).contains(area) && (0.25...4).contains(ratio) && (0...1).contains(x) && (0...1).contains(y)
    }
  }

  /// In pixels.
  public static let sides = 16...1024

  /// Of the square, within `sides`.
  public var side: Int
  public var region: Region

  public init(side: Int, region: Region) {
    self.side = side
    self.region = region
  }

  /// RGB, 8 bits a channel, row by row.
  public var byteCount: Int { side * side * 3 }
}
