public import SystemPackage

/// Which pictures keep the class the model proposed.
public struct ReviewAcceptRequest: Hashable, Sendable {
  /// Empty: every picture in review that has a proposal.
  public var files: [FilePath]

  public init(files: [FilePath]) { self.files = files }
}

extension ReviewAcceptRequest: Codable {
  public init(from decoder: any Decoder) throws {
    files = try decoder.container(keyedBy: Field.self).decode(pathsForKey: "files")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(paths: files, forKey: "files")
  }
}

/// The class a person gives a picture.
public struct ReviewSetRequest: Hashable, Sendable {
  public var file: FilePath
  public var `class`: String

  public init(file: FilePath, class: String) {
    self.file = file
    self.class = `class`
  }
}

extension ReviewSetRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    `class` = try fields.decode(String.self, forKey: "class")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(`class`, forKey: "class")
  }
}
