public import SystemPackage

/// What comes before the bytes of a file that becomes a model: an ONNX file, or the weights of an architecture.
public struct ModelImportRequest: Hashable, Sendable {
  public var name: String
  /// One a line of the labels file, in the order of the network's outputs. Of an architecture's weights none may be
  /// given: the classes are then numbered.
  public var labels: [String]
  /// The network that the file holds the weights of; absent for an ONNX file.
  public var architecture: String?
  /// Of red, green and blue, on the scale of 0 to 1; without it ImageNet's.
  public var mean: [Double]?
  public var std: [Double]?
  /// The shorter side in pixels before the crop; without it what suits the crop.
  public var resize: Int?
  /// Side of the square that is cut out; without it the network's own input size.
  public var crop: Int?
  /// The file's name, for messages.
  public var source: String?
  /// A folder of pictures with which the model is brought to int8 as well; absolute.
  public var data: FilePath?

  public init(
    name: String, labels: [String], mean: [Double]? = nil, std: [Double]? = nil, resize: Int? = nil,
    crop: Int? = nil, source: String? = nil, data: FilePath? = nil, architecture: String? = nil
  ) {
    self.name = name
    self.labels = labels
    self.mean = mean
    self.std = std
    self.resize = resize
    self.crop = crop
    self.source = source
    self.data = data
    self.architecture = architecture
  }
}

extension ModelImportRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    name = try fields.decode(String.self, forKey: "name")
    labels = try fields.decode([String].self, forKey: "labels")
    mean = try fields.decodeIfPresent([Double].self, forKey: "mean")
    std = try fields.decodeIfPresent([Double].self, forKey: "std")
    resize = try fields.decodeIfPresent(Int.self, forKey: "resize")
    crop = try fields.decodeIfPresent(Int.self, forKey: "crop")
    source = try fields.decodeIfPresent(String.self, forKey: "source")
    data = try fields.decodeIfPresent(pathForKey: "data")
    architecture = try fields.decodeIfPresent(String.self, forKey: "architecture")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(name, forKey: "name")
    try fields.encode(labels, forKey: "labels")
    try fields.encodeIfPresent(mean, forKey: "mean")
    try fields.encodeIfPresent(std, forKey: "std")
    try fields.encodeIfPresent(resize, forKey: "resize")
    try fields.encodeIfPresent(crop, forKey: "crop")
    try fields.encodeIfPresent(source, forKey: "source")
    try fields.encodeIfPresent(path: data, forKey: "data")
    try fields.encodeIfPresent(architecture, forKey: "architecture")
  }
}
