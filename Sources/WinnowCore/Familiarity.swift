/// How like a picture is to what a model was taught: the cosine between its feature and the nearest class's centre.
public struct Familiarity: Hashable, Sendable, Codable {
  /// Pictures of its own classes that it was not taught are at least this familiar, but for two in a hundred. What is
  /// less goes to review.
  public var cut: Double
  /// But for five in a hundred: what tests are compared at.
  public var strictCut: Double

  public init(cut: Double, strictCut: Double) {
    self.cut = cut
    self.strictCut = strictCut
  }

  private enum CodingKeys: String, CodingKey {
    case cut
    case strictCut = "strict_cut"
  }

  /// Fewer pictures say too little of the rarest two in a hundred; chosen.
  public static let fewestPictures = 50

  /// By the familiarity of pictures that a model was not taught; nil of too few.
  public init?(of own: [Double]) {
    guard own.count >= Self.fewestPictures else { return nil }
    let sorted = own.sorted()
    cut = sorted[sorted.count * 2 / 100]
    strictCut = sorted[sorted.count * 5 / 100]
  }
}
