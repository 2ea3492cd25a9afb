public import SystemPackage

/// A model to be brought to int8.
public struct QuantizeRequest: Hashable, Sendable {
  /// The folder of pictures to calibrate with and to judge by; absolute. Without it nothing can be judged.
  public var data: FilePath?

  public init(data: FilePath? = nil) { self.data = data }
}

extension QuantizeRequest: Codable {
  public init(from decoder: any Decoder) throws {
    data = try decoder.container(keyedBy: Field.self).decodeIfPresent(pathForKey: "data")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encodeIfPresent(path: data, forKey: "data")
  }
}
