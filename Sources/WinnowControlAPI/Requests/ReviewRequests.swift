public import SystemPackage
public import WinnowCore

/// Which pictures to list.
public struct ReviewQuery: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Those that wait for a person.
    case waiting
    /// Those that a person skipped: they stay in review.
    case skipped
    /// Those that a person put into another class than Winnow.
    case corrected
    /// Those that were drawn at random from what Winnow sorted by itself, to be looked at.
    case sample
  }

  public var inbox: String?
  public var kind: Kind
  /// Only pictures with a larger number than this.
  public var after: Int64
  /// The first so many; without it all.
  public var limit: Int?

  public init(inbox: String? = nil, kind: Kind = .waiting, after: Int64 = 0, limit: Int? = nil) {
    self.inbox = inbox
    self.kind = kind
    self.after = after
    self.limit = limit
  }

  public init(_ query: Query) throws(WinnowError) {
    try query.allowOnly(["inbox", "kind", "after", "limit"])
    inbox = query["inbox"]
    after = Int64(try query.integer("after") ?? 0)
    limit = try query.integer("limit")
    let text = query["kind"] ?? Kind.waiting.rawValue
    guard let kind = Kind(rawValue: text) else {
      throw WinnowError(
        .invalidInput, "\"\(text)\" is no kind of review",
        remedy: "use " + Kind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.kind = kind
  }

  public var query: Query {
    var query = Query()
    query["inbox"] = inbox
    if kind != .waiting { query["kind"] = kind.rawValue }
    if after != 0 { query["after"] = String(after) }
    query["limit"] = limit.map(String.init)
    return query
  }
}

/// How many pictures are to be drawn at random from what Winnow sorted by itself.
public struct ReviewSampleRequest: Codable, Hashable, Sendable {
  /// Pictures that may be asked for at once.
  public static let counts = 1...10_000

  /// Nil: of each inbox.
  public var inbox: String?
  /// So many wait for a look afterwards, as far as there are.
  public var count: Int

  public init(inbox: String? = nil, count: Int) {
    self.inbox = inbox
    self.count = count
  }
}

/// What a draw came to.
public struct ReviewSampleReply: Codable, Hashable, Sendable {
  /// Drawn pictures that wait for a look, those of earlier draws included.
  public var waiting: Int

  public init(waiting: Int) { self.waiting = waiting }
}

/// Which pictures are to stay in review and not be asked about again.
public struct ReviewSkipRequest: Hashable, Sendable {
  public var files: [FilePath]

  public init(files: [FilePath]) { self.files = files }
}

extension ReviewSkipRequest: Codable {
  public init(from decoder: any Decoder) throws {
    files = try decoder.container(keyedBy: Field.self).decode(pathsForKey: "files")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(paths: files, forKey: "files")
  }
}

/// Which pictures keep the class the model proposed.
public struct ReviewAcceptRequest: Hashable, Sendable {
  /// Empty: every picture in review that has a proposal.
  public var files: [FilePath]
  public var dryRun: Bool

  public init(files: [FilePath], dryRun: Bool = false) {
    self.files = files
    self.dryRun = dryRun
  }
}

extension ReviewAcceptRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    files = try fields.decode(pathsForKey: "files")
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: "dry_run") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(paths: files, forKey: "files")
    try fields.encode(dryRun, forKey: "dry_run")
  }
}

/// The class a person gives some pictures.
public struct ReviewSetRequest: Hashable, Sendable {
  public var files: [FilePath]
  public var `class`: String
  public var dryRun: Bool

  public init(files: [FilePath], class: String, dryRun: Bool = false) {
    self.files = files
    self.class = `class`
    self.dryRun = dryRun
  }
}

extension ReviewSetRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    // One picture alone may stand under `file`.
    files = try fields.decodeIfPresent(pathForKey: "file").map { [$0] } ?? fields.decode(pathsForKey: "files")
    `class` = try fields.decode(String.self, forKey: "class")
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: "dry_run") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(paths: files, forKey: "files")
    try fields.encode(`class`, forKey: "class")
    try fields.encode(dryRun, forKey: "dry_run")
  }
}
