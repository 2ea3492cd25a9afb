public import SystemPackage

/// A model to be tested on pictures whose classes are known.
public struct EvaluateRequest: Hashable, Sendable {
  /// Class folders, or parts with class folders in them; absolute.
  public var folder: FilePath
  /// Where the report goes; absolute. Nil: beside the folder, `FOLDER_NAME_report`.
  public var output: FilePath?

  public init(folder: FilePath, output: FilePath? = nil) {
    self.folder = folder
    self.output = output
  }
}

extension EvaluateRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    output = try fields.decodeIfPresent(pathForKey: "output")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(path: output, forKey: "output")
  }
}
