public import SystemPackage
public import WinnowCore

/// What comes with the bytes of a picture to be classified.
public struct ClassifyRequest: Hashable, Sendable {
  /// The picture's name, for the reply alone; it is never opened.
  public var file: FilePath
  /// Without it the only model there is.
  public var model: String?
  public var logits: Bool

  public init(file: FilePath, model: String? = nil, logits: Bool = false) {
    self.file = file
    self.model = model
    self.logits = logits
  }

  public init(_ query: Query) throws(WinnowError) {
    guard let file = query[path: "file"] else {
      throw WinnowError(.invalidInput, "\"file\" is missing in the query")
    }
    self.file = file
    model = query["model"]
    logits = try query.flag("logits")
    try query.allowOnly(["file", "model", "logits"])
  }

  public var query: Query {
    var query = Query()
    query[path: "file"] = file
    query["model"] = model
    if logits { query["logits"] = "1" }
    return query
  }
}
