public import SystemPackage

/// A model to be tested on pictures whose classes are known.
public struct EvaluateRequest: Hashable, Sendable {
  /// Class folders, or parts with class folders in them; absolute.
  public var folder: FilePath
  /// Where the report goes; absolute. Nil: beside the folder, `FOLDER_NAME_report`.
  public var output: FilePath?
  /// A model to compare with, `NAME` or `NAME@VERSION`.
  public var against: String?

  public init(folder: FilePath, output: FilePath? = nil, against: String? = nil) {
    self.folder = folder
    self.output = output
    self.against = against
  }
}

extension EvaluateRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    output = try fields.decodeIfPresent(pathForKey: "output")
    against = try fields.decodeIfPresent(String.self, forKey: "against")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(path: output, forKey: "output")
    try fields.encodeIfPresent(against, forKey: "against")
  }
}
