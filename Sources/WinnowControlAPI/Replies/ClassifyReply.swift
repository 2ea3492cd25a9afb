public import SystemPackage

/// What a model says about one picture that was not sorted.
public struct ClassifyReply: Hashable, Sendable {
  public struct Score: Codable, Hashable, Sendable {
    public var `class`: String
    /// 0 to 1, after the temperature.
    public var probability: Double

    public init(class: String, probability: Double) {
      self.class = `class`
      self.probability = probability
    }
  }

  public var file: FilePath
  public var `class`: String
  public var probability: Double
  /// The five best, or all where there are fewer.
  public var top: [Score]
  /// `flowers@3`.
  public var model: String
  /// In label order, where asked for.
  public var logits: [Float]?

  public init(
    file: FilePath, class: String, probability: Double, top: [Score], model: String, logits: [Float]? = nil
  ) {
    self.file = file
    self.class = `class`
    self.probability = probability
    self.top = top
    self.model = model
    self.logits = logits
  }
}

extension ClassifyReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    `class` = try fields.decode(String.self, forKey: "class")
    probability = try fields.decode(Double.self, forKey: "probability")
    top = try fields.decode([Score].self, forKey: "top")
    model = try fields.decode(String.self, forKey: "model")
    logits = try fields.decodeIfPresent([Float].self, forKey: "logits")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(`class`, forKey: "class")
    try fields.encode(probability, forKey: "probability")
    try fields.encode(top, forKey: "top")
    try fields.encode(model, forKey: "model")
    try fields.encodeIfPresent(logits, forKey: "logits")
  }
}
