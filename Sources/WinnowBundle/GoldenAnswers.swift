import FoundationEssentials
public import WinnowCore

/// What `golden.json` says: the logits this model gives for the golden pictures, computed at fp32 when the bundle was
/// made, and `golden.int8.json` of its int8 network. A worker checks itself against it before it sees a picture.
public struct GoldenAnswers: Hashable, Sendable, Codable {
  public static let currentSchema = 1
  public static let fileName = "golden.json"
  public static let int8FileName = "golden.int8.json"

  public struct Answer: Hashable, Sendable, Codable {
    public var picture: GoldenPicture
    /// In label order.
    public var logits: [Float]

    public init(picture: GoldenPicture, logits: [Float]) {
      self.picture = picture
      self.logits = logits
    }
  }

  public var schema: Int
  public var answers: [Answer]
  /// By precision (`fp32`, `bf16`, `int8`), as `GoldenCheck.difference` measures.
  public var tolerances: [String: Double]

  /// fp32: other processors and library versions differ by about 1e-6 to 1e-5. bf16 keeps 8 bits of mantissa: 0.01 to
  /// 0.1 was seen on MobileNetV2 and SqueezeNet. A wrong weight or layout gives 0.5 and more.
  public static let standardTolerances = ["fp32": 0.001, "bf16": 0.25, "int8": 0.5]

  public init(answers: [Answer], tolerances: [String: Double] = GoldenAnswers.standardTolerances) {
    schema = Self.currentSchema
    self.answers = answers
    self.tolerances = tolerances
  }

  /// - Throws: `.malformed` or `.unsupportedVersion`.
  public init(json: [UInt8]) throws(WinnowError) {
    let golden: GoldenAnswers
    do {
      golden = try JSONDecoder().decode(GoldenAnswers.self, from: Data(json))
    } catch {
      throw WinnowError(
        .malformed, "\(Self.fileName) cannot be read", remedy: "import the model anew", cause: "\(error)")
    }
    guard golden.schema == Self.currentSchema else {
      throw WinnowError(
        .unsupportedVersion, "\(Self.fileName) has schema \(golden.schema), this Winnow knows \(Self.currentSchema)",
        remedy: "import the model anew")
    }
    guard !golden.answers.isEmpty else {
      throw WinnowError(.malformed, "\(Self.fileName) holds no answers", remedy: "import the model anew")
    }
    self = golden
  }

  public func json() throws(WinnowError) -> [UInt8] { try BundleJSON.encode(self) }
}
