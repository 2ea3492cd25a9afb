public import SystemPackage
public import WinnowCore

/// What comes with the bytes of a picture that somebody wants to know the way of.
public struct PreviewRequest: Hashable, Sendable {
  /// Where the picture lies, absolute; it is never opened.
  public var file: FilePath
  /// When the file was last changed: what a template goes by where the picture does not say when it was taken.
  public var modified: Timestamp
  /// Without it the inbox in which the file lies, else the only one there is.
  public var inbox: String?

  public init(file: FilePath, modified: Timestamp, inbox: String? = nil) {
    self.file = file
    self.modified = modified
    self.inbox = inbox
  }

  public init(_ query: Query) throws(WinnowError) {
    guard let file = query[path: "file"] else {
      throw WinnowError(.invalidInput, "\"file\" is missing in the query")
    }
    guard let modified = try query.time("modified") else {
      throw WinnowError(.invalidInput, "\"modified\" is missing in the query")
    }
    self.file = file
    self.modified = modified
    inbox = query["inbox"]
    try query.allowOnly(["file", "modified", "inbox"])
  }

  public var query: Query {
    var query = Query()
    query[path: "file"] = file
    query["modified"] = modified.rfc3339
    query["inbox"] = inbox
    return query
  }
}
