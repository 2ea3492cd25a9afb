import FoundationEssentials
public import WinnowCore

/// What `manifest.json` says about one version of a model.
public struct BundleManifest: Hashable, Sendable, Codable {
  /// The version of the format. A bundle with another one is refused.
  public static let currentSchema = 1
  public static let fileName = "manifest.json"

  /// A measured figure with its interval where one was estimated.
  public struct Metric: Hashable, Sendable, Codable {
    public var value: Double
    public var low: Double?
    public var high: Double?

    public init(value: Double, low: Double? = nil, high: Double? = nil) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  public var schema: Int
  public var name: String
  /// Counts from 1; 0 in a draft, whose number `ModelLibrary.publish` gives.
  public var version: Int
  public var created: Timestamp
  /// One label for each output, in order.
  public var classes: [String]
  public var input: InputSpec
  public var output: OutputSpec
  /// `mobilenet_v2`; nil when nobody said.
  public var architecture: String?
  /// What this was quantised, calibrated or fine-tuned from.
  public var parent: ModelVersion?
  /// The logits are divided by this before the softmax.
  public var temperature: Double
  public var metrics: [String: Metric]
  /// How familiar pictures of its own classes are to it; nil where nobody measured, and then everything is.
  public var familiarity: Familiarity?
  /// There exactly where the bundle holds an int8 network beside the one at full precision.
  public var int8: Int8Promise?
  /// SHA-256 (64 hexadecimal digits) of every file of the bundle but the manifest, by path within it. Filled by
  /// `ModelLibrary.publish`.
  public var files: [String: String]

  public init(
    name: String, version: Int = 0, created: Timestamp, classes: [String], input: InputSpec = InputSpec(),
    output: OutputSpec = OutputSpec(), architecture: String? = nil, parent: ModelVersion? = nil,
    temperature: Double = 1, metrics: [String: Metric] = [:], int8: Int8Promise? = nil, files: [String: String] = [:]
  ) {
    schema = Self.currentSchema
    self.name = name
    self.version = version
    self.created = created
    self.classes = classes
    self.input = input
    self.output = output
    self.architecture = architecture
    self.parent = parent
    self.temperature = temperature
    self.metrics = metrics
    self.int8 = int8
    self.files = files
  }

  private struct Header: Codable { var schema: Int }

  /// What the model can be run at. int8 comes first and serves where it is there, unless the configuration says
  /// otherwise; fp32 and bf16 come from the same file, and the processor decides.
  public var precisions: [String] { (int8 == nil ? [] : ["int8"]) + ["fp32", "bf16"] }

  public var model: ModelVersion { ModelVersion(name: name, version: version) }

  /// - Throws: `.invalidInput` that names the first field that cannot be.
  public func validate() throws(WinnowError) {
    guard ModelReference.isValid(name: name) else {
      throw WinnowError(
        .invalidInput, "\"\(name)\" is no model name",
        remedy: "use letters, digits, '.', '_' and '-', starting with a letter, a digit or '_'")
    }
    guard version >= 0 else { throw WinnowError(.invalidInput, "the version \(version) is negative") }
    _ = try ClassList(classes)
    try input.validate()
    guard temperature.isFinite, temperature > 0 else {
      throw WinnowError(.invalidInput, "the temperature \(temperature) is not above 0")
    }
  }

  /// Reads and validates `manifest.json`.
  ///
  /// - Throws: `.malformed`, `.unsupportedVersion`, or what `validate` throws.
  public init(json: [UInt8]) throws(WinnowError) {
    let data = Data(json)
    let manifest: BundleManifest
    do {
      let header = try JSONDecoder().decode(Header.self, from: data)
      guard header.schema == Self.currentSchema else {
        throw WinnowError(
          .unsupportedVersion,
          "the bundle has schema \(header.schema), this Winnow knows \(Self.currentSchema)",
          remedy: "use the Winnow that wrote it, or import the model anew")
      }
      manifest = try JSONDecoder().decode(BundleManifest.self, from: data)
    } catch let error as WinnowError {
      throw error
    } catch {
      throw WinnowError(
        .malformed, "\(Self.fileName) cannot be read", remedy: "import the model anew", cause: "\(error)")
    }
    try manifest.validate()
    self = manifest
  }

  /// The text of `manifest.json`: keys sorted, indented.
  public func json() throws(WinnowError) -> [UInt8] {
    try BundleJSON.encode(self)
  }
}
