public import SystemPackage

/// What a replay did, or with `dry_run` would do.
public struct ReplayReply: Codable, Hashable, Sendable {
  /// Pictures that go to one folder.
  public struct Folder: Hashable, Sendable {
    public var folder: FilePath
    public var count: Int

    public init(folder: FilePath, count: Int) {
      self.folder = folder
      self.count = count
    }
  }

  /// How many pictures were moved.
  public var done: Int
  /// The most frequent first.
  public var folders: [Folder]
  /// What was left alone, and why.
  public var refused: [FileReason]
  /// The run these moves make up; absent with a dry run.
  public var run: String?

  public init(done: Int, folders: [Folder] = [], refused: [FileReason] = [], run: String? = nil) {
    self.done = done
    self.folders = folders
    self.refused = refused
    self.run = run
  }
}

extension ReplayReply.Folder: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    count = try fields.decode(Int.self, forKey: "count")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encode(count, forKey: "count")
  }
}
