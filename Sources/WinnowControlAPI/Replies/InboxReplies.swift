public import SystemPackage

/// One inbox as it is set up.
public struct InboxEntry: Hashable, Sendable {
  public enum Origin: String, Codable, Hashable, Sendable, CaseIterable {
    /// From the configuration file.
    case config
    /// From `inbox add`, kept in the state folder.
    case added
  }

  public var name: String
  public var path: FilePath
  public var output: FilePath
  public var review: FilePath
  public var model: String
  /// As written: `0.80` or `auto(error=1%)`.
  public var threshold: String
  /// `move`, `copy` …
  public var action: String
  public var origin: Origin

  public init(
    name: String, path: FilePath, output: FilePath, review: FilePath, model: String, threshold: String,
    action: String, origin: Origin
  ) {
    self.name = name
    self.path = path
    self.output = output
    self.review = review
    self.model = model
    self.threshold = threshold
    self.action = action
    self.origin = origin
  }
}

extension InboxEntry: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    name = try fields.decode(String.self, forKey: "name")
    path = try fields.decode(pathForKey: "path")
    output = try fields.decode(pathForKey: "output")
    review = try fields.decode(pathForKey: "review")
    model = try fields.decode(String.self, forKey: "model")
    threshold = try fields.decode(String.self, forKey: "threshold")
    action = try fields.decode(String.self, forKey: "action")
    origin = try fields.decode(Origin.self, forKey: "origin")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(name, forKey: "name")
    try fields.encode(path: path, forKey: "path")
    try fields.encode(path: output, forKey: "output")
    try fields.encode(path: review, forKey: "review")
    try fields.encode(model, forKey: "model")
    try fields.encode(threshold, forKey: "threshold")
    try fields.encode(action, forKey: "action")
    try fields.encode(origin, forKey: "origin")
  }
}

public struct InboxListReply: Codable, Hashable, Sendable {
  public var inboxes: [InboxEntry]
  public init(inboxes: [InboxEntry]) { self.inboxes = inboxes }
}

public struct InboxRemoveReply: Codable, Hashable, Sendable {
  /// The name of the inbox that is no longer watched. Its folders and files stay.
  public var removed: String
  public init(removed: String) { self.removed = removed }
}
