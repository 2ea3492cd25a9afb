public import SystemPackage
public import WinnowCore

/// Which rows of the history to show, newest last.
public struct HistoryQuery: Hashable, Sendable {
  /// Any path the picture ever had.
  public var file: FilePath?
  public var inbox: String?
  public var since: Timestamp?
  /// The newest so many; without it all.
  public var limit: Int?

  public init(file: FilePath? = nil, inbox: String? = nil, since: Timestamp? = nil, limit: Int? = nil) {
    self.file = file
    self.inbox = inbox
    self.since = since
    self.limit = limit
  }

  public init(_ query: Query) throws(WinnowError) {
    file = query[path: "file"]
    inbox = query["inbox"]
    since = try query.time("since")
    limit = try query.integer("limit")
    try query.allowOnly(["file", "inbox", "since", "limit"])
  }

  public var query: Query {
    var query = Query()
    query[path: "file"] = file
    query["inbox"] = inbox
    query["since"] = since?.rfc3339
    query["limit"] = limit.map(String.init)
    return query
  }
}

extension Query {
  func allowOnly(_ names: [String]) throws(WinnowError) {
    if let name = unknownName(besides: names) {
      throw WinnowError(.invalidInput, "\"\(name)\" is not known here", remedy: "use " + names.joined(separator: ", "))
    }
  }

  /// For routes that take no query.
  public func allowNothing() throws(WinnowError) {
    if let name = unknownName(besides: []) { throw WinnowError(.invalidInput, "\"\(name)\" is not known here") }
  }
}
