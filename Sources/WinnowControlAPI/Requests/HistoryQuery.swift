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
  /// Only rows that were written before the row of this number, the newest of them first.
  public var before: Int64?
  /// Only rows with this text in a file's name or in the class; case does not count in ASCII.
  public var search: String?
  public var outcome: HistoryOutcome?
  public var `class`: String?

  public init(
    file: FilePath? = nil, inbox: String? = nil, since: Timestamp? = nil, limit: Int? = nil, before: Int64? = nil,
    search: String? = nil, outcome: HistoryOutcome? = nil, class: String? = nil
  ) {
    self.file = file
    self.inbox = inbox
    self.since = since
    self.limit = limit
    self.before = before
    self.search = search
    self.outcome = outcome
    self.class = `class`
  }

  public init(_ query: Query) throws(WinnowError) {
    file = query[path: "file"]
    inbox = query["inbox"]
    since = try query.time("since")
    limit = try query.integer("limit")
    before = try query.integer("before").map { Int64($0) }
    search = query["search"]
    outcome = try query["outcome"].map { (text) throws(WinnowError) in
      guard let outcome = HistoryOutcome(rawValue: text) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no outcome",
          remedy: "use " + HistoryOutcome.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return outcome
    }
    `class` = query["class"]
    try query.allowOnly(["file", "inbox", "since", "limit", "before", "search", "outcome", "class"])
  }

  public var query: Query {
    var query = Query()
    query[path: "file"] = file
    query["inbox"] = inbox
    query["since"] = since?.rfc3339
    query["limit"] = limit.map(String.init)
    query["before"] = before.map { String($0) }
    query["search"] = search
    query["outcome"] = outcome?.rawValue
    query["class"] = `class`
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
