public import SystemPackage

/// What a test of a model came to; `report.json` says more.
public struct EvaluateReply: Hashable, Sendable {
  /// With another model on the same pictures.
  public struct Comparison: Codable, Hashable, Sendable {
    public var model: String
    /// Pictures of classes that both know.
    public var pictures: Int
    /// The tested model's accuracy less the other's.
    public var difference: TrainReply.Figure
    /// Pictures that the tested model alone has right, and that the other alone has.
    public var won: Int
    public var lost: Int
    /// Of McNemar's exact two-sided test.
    public var p: Double

    public init(model: String, pictures: Int, difference: TrainReply.Figure, won: Int, lost: Int, p: Double) {
      self.model = model
      self.pictures = pictures
      self.difference = difference
      self.won = won
      self.lost = lost
      self.p = p
    }

    private enum CodingKeys: String, CodingKey {
      case model, difference, won, lost, p
      case pictures = "n"
    }
  }

  public var model: String
  /// The folder with the report.
  public var output: FilePath
  /// Pictures that were tested.
  public var pictures: Int
  public var accuracy: TrainReply.Figure
  public var macroF1: TrainReply.Figure
  public var calibrationError: Double
  /// Pictures a second, as they were classified for the test.
  public var imagesPerSecond: Double
  /// Tested pictures that the model was taught.
  public var leaks: Int
  public var warnings: [String]
  /// Absent where none was asked for, or nothing could be compared.
  public var comparison: Comparison?

  public init(
    model: String, output: FilePath, pictures: Int, accuracy: TrainReply.Figure, macroF1: TrainReply.Figure,
    calibrationError: Double, imagesPerSecond: Double, leaks: Int, warnings: [String],
    comparison: Comparison? = nil
  ) {
    self.model = model
    self.output = output
    self.pictures = pictures
    self.accuracy = accuracy
    self.macroF1 = macroF1
    self.calibrationError = calibrationError
    self.imagesPerSecond = imagesPerSecond
    self.leaks = leaks
    self.warnings = warnings
    self.comparison = comparison
  }
}

extension EvaluateReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    model = try fields.decode(String.self, forKey: "model")
    output = try fields.decode(pathForKey: "output")
    pictures = try fields.decode(Int.self, forKey: "n")
    accuracy = try fields.decode(TrainReply.Figure.self, forKey: "accuracy")
    macroF1 = try fields.decode(TrainReply.Figure.self, forKey: "macro_f1")
    calibrationError = try fields.decode(Double.self, forKey: "ece")
    imagesPerSecond = try fields.decode(Double.self, forKey: "img_per_s")
    leaks = try fields.decode(Int.self, forKey: "leaks")
    warnings = try fields.decode([String].self, forKey: "warnings")
    comparison = try fields.decodeIfPresent(Comparison.self, forKey: "comparison")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(model, forKey: "model")
    try fields.encode(path: output, forKey: "output")
    try fields.encode(pictures, forKey: "n")
    try fields.encode(accuracy, forKey: "accuracy")
    try fields.encode(macroF1, forKey: "macro_f1")
    try fields.encode(calibrationError, forKey: "ece")
    try fields.encode(imagesPerSecond, forKey: "img_per_s")
    try fields.encode(leaks, forKey: "leaks")
    try fields.encode(warnings, forKey: "warnings")
    try fields.encodeIfPresent(comparison, forKey: "comparison")
  }
}
