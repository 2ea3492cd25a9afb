/// How like a picture is to what a model was taught: the cosine between its feature and the nearest class's centre.
public struct Familiarity: Hashable, Sendable, Codable {
  /// Pictures of its own classes that it was not taught are at least this familiar, but for two in a hundred. What is
  /// less goes to review.
  public var cut: Double

  public init(cut: Double) { self.cut = cut }

  /// Fewer pictures say too little of the rarest two in a hundred; chosen.
  public static let fewestPictures = 50

  /// By the familiarity of pictures that a model was not taught; nil of too few.
  public init?(of own: [Double]) {
    guard own.count >= Self.fewestPictures else { return nil }
    cut = own.sorted()[own.count * 2 / 100]
  }
}
