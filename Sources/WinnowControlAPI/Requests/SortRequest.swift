public import SystemPackage

/// A folder to sort once. Both paths are absolute.
public struct SortRequest: Hashable, Sendable {
  public var folder: FilePath
  /// Without it, the output of the inbox that holds the folder.
  public var output: FilePath?
  public var model: String?
  public var dryRun: Bool

  public init(folder: FilePath, output: FilePath? = nil, model: String? = nil, dryRun: Bool = false) {
    self.folder = folder
    self.output = output
    self.model = model
    self.dryRun = dryRun
  }
}

extension SortRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    output = try fields.decodeIfPresent(pathForKey: "output")
    model = try fields.decodeIfPresent(String.self, forKey: "model")
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: "dry_run") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(path: output, forKey: "output")
    try fields.encodeIfPresent(model, forKey: "model")
    try fields.encode(dryRun, forKey: "dry_run")
  }
}
