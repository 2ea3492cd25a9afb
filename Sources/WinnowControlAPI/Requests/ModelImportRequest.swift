/// What comes before the bytes of an ONNX file that becomes a model.
public struct ModelImportRequest: Codable, Hashable, Sendable {
  public var name: String
  /// One a line of the labels file, in the order of the network's outputs.
  public var labels: [String]
  /// Of red, green and blue, on the scale of 0 to 1; without it ImageNet's.
  public var mean: [Double]?
  public var std: [Double]?
  /// The shorter side in pixels before the crop; without it what suits the crop.
  public var resize: Int?
  /// Side of the square that is cut out; without it the network's own input size.
  public var crop: Int?
  /// The file's name, for messages.
  public var source: String?

  public init(
    name: String, labels: [String], mean: [Double]? = nil, std: [Double]? = nil, resize: Int? = nil,
    crop: Int? = nil, source: String? = nil
  ) {
    self.name = name
    self.labels = labels
    self.mean = mean
    self.std = std
    self.resize = resize
    self.crop = crop
    self.source = source
  }
}
