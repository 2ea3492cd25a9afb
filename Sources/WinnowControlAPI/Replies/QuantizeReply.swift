/// What came of bringing a model to int8.
public struct QuantizeReply: Codable, Hashable, Sendable {
  /// Shares, 0 to 1, over the pictures that int8 was judged on.
  public struct Comparison: Codable, Hashable, Sendable {
    public var pictures: Int
    public var labelled: Int
    /// Pictures for which both name the same class.
    public var agreement: Double
    /// The same where full precision is at least 0.8 sure.
    public var sureAgreement: Double?
    /// Of the labelled pictures, those that each has right.
    public var fullAccuracy: Double?
    public var int8Accuracy: Double?
    /// Net drop on the labelled pictures, and its one-sided 95% bound.
    public var drop: Double?
    public var dropBound: Double?

    public init(
      pictures: Int, labelled: Int, agreement: Double, sureAgreement: Double?, fullAccuracy: Double?,
      int8Accuracy: Double?, drop: Double?, dropBound: Double?
    ) {
      self.pictures = pictures
      self.labelled = labelled
      self.agreement = agreement
      self.sureAgreement = sureAgreement
      self.fullAccuracy = fullAccuracy
      self.int8Accuracy = int8Accuracy
      self.drop = drop
      self.dropBound = dropBound
    }

    private enum CodingKeys: String, CodingKey {
      case pictures, labelled, agreement, drop
      case sureAgreement = "sure_agreement"
      case fullAccuracy = "full_accuracy"
      case int8Accuracy = "int8_accuracy"
      case dropBound = "drop_bound"
    }
  }

  /// Pictures a second of the engine alone, on the machine that quantised.
  public struct Speed: Codable, Hashable, Sendable {
    /// `bf16` or `fp32`.
    public var fullPrecision: String
    public var full: Double
    public var int8: Double

    public init(fullPrecision: String, full: Double, int8: Double) {
      self.fullPrecision = fullPrecision
      self.full = full
      self.int8 = int8
    }

    private enum CodingKeys: String, CodingKey {
      case full, int8
      case fullPrecision = "full_precision"
    }
  }

  /// `NAME@VERSION` that was to be brought to int8.
  public var model: String
  /// The new version with int8 in it; nil where int8 does not serve.
  public var version: Int?
  /// Whether the new version is live.
  public var current: Bool
  /// Why int8 serves or does not, in a sentence.
  public var reason: String
  /// Pictures that the ranges were taken from.
  public var calibrated: Int
  /// Nil where it did not come to that.
  public var comparison: Comparison?
  public var speed: Speed?
  public var warnings: [String]

  public init(
    model: String, version: Int? = nil, current: Bool = false, reason: String, calibrated: Int = 0,
    comparison: Comparison? = nil, speed: Speed? = nil, warnings: [String] = []
  ) {
    self.model = model
    self.version = version
    self.current = current
    self.reason = reason
    self.calibrated = calibrated
    self.comparison = comparison
    self.speed = speed
    self.warnings = warnings
  }
}
