public import SystemPackage

/// A file and why: what waits, what was refused.
public struct FileReason: Hashable, Sendable {
  public var file: FilePath
  /// A sentence for people.
  public var reason: String

  public init(file: FilePath, reason: String) {
    self.file = file
    self.reason = reason
  }
}

extension FileReason: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    reason = try fields.decode(String.self, forKey: "reason")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(reason, forKey: "reason")
  }
}
