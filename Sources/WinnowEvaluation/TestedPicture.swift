/// A picture whose class is known, and what a model said of it.
public struct TestedPicture: Hashable, Sendable {
  /// Index of the right class, and of the class that the model named.
  public var right: Int
  public var answered: Int
  /// Of the class that it named, and of the right one, 0 to 1, after the temperature.
  public var probability: Double
  public var rightProbability: Double
  /// Whether the right class is among the model's best five.
  public var isInBestFive: Bool
  /// Equal for pictures that show the same.
  public var group: Int

  public init(
    right: Int, answered: Int, probability: Double, rightProbability: Double, isInBestFive: Bool, group: Int
  ) {
    self.right = right
    self.answered = answered
    self.probability = probability
    self.rightProbability = rightProbability
    self.isInBestFive = isInBestFive
    self.group = group
  }

  public var isRight: Bool { right == answered }
}
