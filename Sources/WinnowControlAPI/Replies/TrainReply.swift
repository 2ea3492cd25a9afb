/// What came of a training.
public struct TrainReply: Codable, Hashable, Sendable {
  /// A figure with its 95% interval where one can be told.
  public struct Figure: Codable, Hashable, Sendable {
    public var value: Double
    public var low: Double?
    public var high: Double?

    public init(value: Double, low: Double? = nil, high: Double? = nil) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// How the pictures were used.
  public struct Pictures: Codable, Hashable, Sendable {
    public var taught: Int
    public var tested: Int
    /// By reason: `unreadable`, `copy`, `two_classes`, `near_test`, `no_class`.
    public var leftOut: [String: Int]

    public init(taught: Int, tested: Int, leftOut: [String: Int]) {
      self.taught = taught
      self.tested = tested
      self.leftOut = leftOut
    }

    private enum CodingKeys: String, CodingKey {
      case taught, tested
      case leftOut = "left_out"
    }
  }

  /// The new version beside the live one, on the test pictures of classes that both know.
  public struct Comparison: Codable, Hashable, Sendable {
    /// Version that was live.
    public var version: Int
    public var pictures: Int
    /// Pictures that the new version alone has right, and that the live one alone has.
    public var won: Int
    public var lost: Int
    /// Difference of the accuracies, and its one-sided 95% lower bound.
    public var difference: Double
    public var lowerBound: Double?
    /// Of the exact one-sided test that the new version is better.
    public var p: Double

    public init(
      version: Int, pictures: Int, won: Int, lost: Int, difference: Double, lowerBound: Double?, p: Double
    ) {
      self.version = version
      self.pictures = pictures
      self.won = won
      self.lost = lost
      self.difference = difference
      self.lowerBound = lowerBound
      self.p = p
    }

    private enum CodingKeys: String, CodingKey {
      case version, pictures, won, lost, difference, p
      case lowerBound = "lower_bound"
    }
  }

  public var model: String
  public var version: Int
  /// Whether it is live.
  public var current: Bool
  public var method: String
  /// `NAME@VERSION` whose network looks at the pictures.
  public var backbone: String
  public var classes: [String]
  public var pictures: Pictures
  /// `accuracy`, `macro_f1`, `weighted_f1`, `log_loss` of the test pictures; `out_of_fold_accuracy` and
  /// `out_of_fold_log_loss` of the others, each judged by a head that was not taught it, or `validation_accuracy` and
  /// `validation_log_loss` of those that a fine-tuning kept back; `head_validation_…` and `finetune_validation_…` where
  /// both were tried.
  public var metrics: [String: Figure]
  public var comparison: Comparison?
  /// Why the version is live, or is not, in a sentence.
  public var promotion: String
  public var seconds: Double
  /// What came of bringing the version to int8; nil where there are too few test pictures to judge that by.
  public var int8: QuantizeReply?
  /// The page about the test pictures; nil without such pictures.
  public var report: String?
  public var warnings: [String]

  public init(
    model: String, version: Int, current: Bool, method: String, backbone: String, classes: [String],
    pictures: Pictures, metrics: [String: Figure], comparison: Comparison? = nil, promotion: String, seconds: Double,
    int8: QuantizeReply? = nil, report: String? = nil, warnings: [String] = []
  ) {
    self.model = model
    self.version = version
    self.current = current
    self.method = method
    self.backbone = backbone
    self.classes = classes
    self.pictures = pictures
    self.metrics = metrics
    self.comparison = comparison
    self.promotion = promotion
    self.seconds = seconds
    self.int8 = int8
    self.report = report
    self.warnings = warnings
  }
}
