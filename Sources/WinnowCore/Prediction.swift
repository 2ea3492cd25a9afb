/// One class with its share, as the model sees it.
public struct ClassScore: Hashable, Sendable {
  /// Position in the bundle's class list. Labels may repeat, indices do not.
  public let index: Int
  public let label: String
  /// 0 to 1, after the bundle's temperature.
  public let probability: Double

  public init(index: Int, label: String, probability: Double) {
    self.index = index
    self.label = label
    self.probability = probability
  }
}

/// What a model says about one picture.
public struct Prediction: Hashable, Sendable {
  public let model: ModelVersion
  /// Best first, at most ten, never empty.
  public let top: [ClassScore]
  /// In label order; empty unless asked for.
  public let logits: [Float]
  public let picture: PictureFacts
  /// How like it is to what the model was taught, −1 to 1; nil where the model cannot tell.
  public let familiarity: Double?

  public init(
    model: ModelVersion, top: [ClassScore], logits: [Float] = [], picture: PictureFacts, familiarity: Double? = nil
  ) {
    self.model = model
    self.top = top
    self.logits = logits
    self.picture = picture
    self.familiarity = familiarity
  }
}
