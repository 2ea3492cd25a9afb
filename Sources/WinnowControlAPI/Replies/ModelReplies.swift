public import SystemPackage
public import WinnowCore

/// One version of a model in a list.
public struct ModelEntry: Codable, Hashable, Sendable {
  public var name: String
  public var version: Int
  /// Whether it is the one that is used where no version is named.
  public var current: Bool
  /// What it can be run at: `fp32`, `bf16`, and before them `int8` where it keeps its promise; it serves then, unless
  /// `engine.precision` says otherwise.
  public var precision: [String]

  public init(name: String, version: Int, current: Bool, precision: [String]) {
    self.name = name
    self.version = version
    self.current = current
    self.precision = precision
  }
}

public struct ModelListReply: Codable, Hashable, Sendable {
  public var models: [ModelEntry]
  public init(models: [ModelEntry]) { self.models = models }
}

/// One version of a model with all that is known about it.
public struct ModelDetails: Codable, Hashable, Sendable {
  /// How a picture becomes the network's input.
  public struct Input: Codable, Hashable, Sendable {
    public var width: Int
    public var height: Int
    /// The shorter side is brought to this many pixels before the crop.
    public var resize: Int
    public var interpolation: String
    /// Of red, green and blue, on the scale of 0 to 1.
    public var mean: [Double]
    public var std: [Double]

    public init(width: Int, height: Int, resize: Int, interpolation: String, mean: [Double], std: [Double]) {
      self.width = width
      self.height = height
      self.resize = resize
      self.interpolation = interpolation
      self.mean = mean
      self.std = std
    }
  }

  public var name: String
  public var version: Int
  public var current: Bool
  public var precision: [String]
  /// All versions of this name, oldest first.
  public var versions: [Int]
  /// In the order of the network's outputs; may repeat.
  public var classes: [String]
  public var input: Input
  public var parameters: Int
  public var temperature: Double
  /// How its int8 network kept its promise, in a sentence; nil where it has none.
  public var int8: String?
  /// `flowers@2`.
  public var parent: String?
  public var created: Timestamp
  /// SHA-256 of the manifest, in hexadecimal.
  public var digest: String
  /// What to know before relying on it: labels that share a folder, no test for unknown pictures.
  public var warnings: [String]
  /// Measured figures by name, as the bundle holds them.
  public var metrics: JSONValue?

  public init(
    name: String, version: Int, current: Bool, precision: [String], versions: [Int], classes: [String],
    input: Input, parameters: Int, temperature: Double, int8: String? = nil, parent: String? = nil, created: Timestamp,
    digest: String,
    warnings: [String] = [], metrics: JSONValue? = nil
  ) {
    self.name = name
    self.version = version
    self.current = current
    self.precision = precision
    self.versions = versions
    self.classes = classes
    self.input = input
    self.parameters = parameters
    self.temperature = temperature
    self.int8 = int8
    self.parent = parent
    self.created = created
    self.digest = digest
    self.warnings = warnings
    self.metrics = metrics
  }
}

/// A version after an import, promotion, rollback or removal.
public struct ModelChangeReply: Codable, Hashable, Sendable {
  public var model: String
  public var version: Int
  public var current: Bool
  /// The version that was live before, where that changed.
  public var previous: Int?
  public var warnings: [String]
  /// What came of bringing an imported version to int8; nil where that was not asked for.
  public var int8: QuantizeReply?

  public init(
    model: String, version: Int, current: Bool, previous: Int? = nil, warnings: [String] = [],
    int8: QuantizeReply? = nil
  ) {
    self.model = model
    self.version = version
    self.current = current
    self.previous = previous
    self.warnings = warnings
    self.int8 = int8
  }
}

/// The network layer by layer.
public struct ModelSummaryReply: Codable, Hashable, Sendable {
  public struct Layer: Codable, Hashable, Sendable {
    public var name: String
    /// ONNX's operator.
    public var op: String
    /// Shape of the first output; -1 stands for the batch.
    public var output: [Int]
    public var parameters: Int
    public var macs: Int

    public init(name: String, op: String, output: [Int], parameters: Int, macs: Int) {
      self.name = name
      self.op = op
      self.output = output
      self.parameters = parameters
      self.macs = macs
    }
  }

  public var model: String
  public var layers: [Layer]
  public var parameters: Int
  public var macs: Int
  public var flops: Int

  public init(model: String, layers: [Layer], parameters: Int, macs: Int, flops: Int) {
    self.model = model
    self.layers = layers
    self.parameters = parameters
    self.macs = macs
    self.flops = flops
  }
}

public struct ModelFlopsReply: Codable, Hashable, Sendable {
  public var model: String
  public var parameters: Int
  /// Multiply-accumulates for one picture, as torchvision publishes them.
  public var macs: Int
  /// Twice `macs`.
  public var flops: Int

  public init(model: String, parameters: Int, macs: Int, flops: Int) {
    self.model = model
    self.parameters = parameters
    self.macs = macs
    self.flops = flops
  }
}

/// Where `model export` put the file.
public struct ModelExportReply: Hashable, Sendable {
  public var model: String
  public var file: FilePath
  public var bytes: Int64

  public init(model: String, file: FilePath, bytes: Int64) {
    self.model = model
    self.file = file
    self.bytes = bytes
  }
}

extension ModelExportReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    model = try fields.decode(String.self, forKey: "model")
    file = try fields.decode(pathForKey: "file")
    bytes = try fields.decode(Int64.self, forKey: "bytes")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(model, forKey: "model")
    try fields.encode(path: file, forKey: "file")
    try fields.encode(bytes, forKey: "bytes")
  }
}
