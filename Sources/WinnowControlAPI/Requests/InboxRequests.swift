public import SystemPackage

/// Which inboxes to pause or to resume.
public struct PauseRequest: Codable, Hashable, Sendable {
  /// Without it all of them.
  public var inbox: String?

  public init(inbox: String? = nil) { self.inbox = inbox }
}

public struct RescanRequest: Codable, Hashable, Sendable {
  public var inbox: String?
  /// Whether held files are looked at anew too.
  public var again: Bool

  public init(inbox: String? = nil, again: Bool = false) {
    self.inbox = inbox
    self.again = again
  }
}

/// A new inbox. Both paths are absolute.
public struct InboxAddRequest: Hashable, Sendable {
  public var name: String
  public var path: FilePath
  public var output: FilePath
  /// `NAME` or `NAME@VERSION`.
  public var model: String
  /// As in the configuration: `0.80` or `auto(error=1%)`.
  public var threshold: String?

  public init(name: String, path: FilePath, output: FilePath, model: String, threshold: String? = nil) {
    self.name = name
    self.path = path
    self.output = output
    self.model = model
    self.threshold = threshold
  }
}

extension InboxAddRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    name = try fields.decode(String.self, forKey: "name")
    path = try fields.decode(pathForKey: "path")
    output = try fields.decode(pathForKey: "output")
    model = try fields.decode(String.self, forKey: "model")
    threshold = try fields.decodeIfPresent(String.self, forKey: "threshold")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(name, forKey: "name")
    try fields.encode(path: path, forKey: "path")
    try fields.encode(path: output, forKey: "output")
    try fields.encode(model, forKey: "model")
    try fields.encodeIfPresent(threshold, forKey: "threshold")
  }
}
