public import SystemPackage

/// A model to be tested on pictures whose classes are known.
public struct EvaluateRequest: Hashable, Sendable {
  /// Class folders, or parts with class folders in them; absolute.
  public var folder: FilePath
  /// Where the report goes; absolute. Nil: beside the folder, `FOLDER_NAME_report`.
  public var output: FilePath?
  /// A model to compare with, `NAME` or `NAME@VERSION`.
  public var against: String?
  /// Pictures of what the model was never taught; absolute.
  public var foreign: FilePath?

  public init(folder: FilePath, output: FilePath? = nil, against: String? = nil, foreign: FilePath? = nil) {
    self.folder = folder
    self.output = output
    self.against = against
    self.foreign = foreign
  }
}

extension EvaluateRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    output = try fields.decodeIfPresent(pathForKey: "output")
    against = try fields.decodeIfPresent(String.self, forKey: "against")
    foreign = try fields.decodeIfPresent(pathForKey: "foreign")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(path: output, forKey: "output")
    try fields.encodeIfPresent(against, forKey: "against")
    try fields.encodeIfPresent(path: foreign, forKey: "foreign")
  }
}
