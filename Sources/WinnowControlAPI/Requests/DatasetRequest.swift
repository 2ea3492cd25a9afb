public import FoundationEssentials
public import SystemPackage
public import WinnowCore

/// Work on a data set: one of the six verbs with what it takes. As JSON the fields of that, and `verb`.
public enum DatasetRequest: Hashable, Sendable {
  case crawl(CrawlRequest)
  case clean(CleanRequest)
  case split(SplitRequest)
  case check(SplitCheckRequest)
  case info(DatasetInfoRequest)
  /// What pictures can be crawled from, and whether each can be reached.
  case sources

  public enum Verb: String, Codable, Hashable, Sendable, CaseIterable {
    case crawl, clean, split, check, info, sources

    /// Whether an interrupted job of it goes on where it was, by what it left in its output.
    public var resumes: Bool {
      switch self {
      case .crawl, .clean, .split: true
      case .check, .info, .sources: false
      }
    }
  }

  /// Reads the body of a request for `verb`.
  ///
  /// - Throws: `.notFound` for another verb; `.malformed`, naming the field.
  public init(verb: String, body: Data) throws(WinnowError) {
    guard let verb = Verb(rawValue: verb) else {
      throw WinnowError(
        .notFound, "there is no work called \"\(verb)\"",
        remedy: "use " + Verb.allCases.map(\.rawValue).joined(separator: ", "))
    }
    switch verb {
    case .crawl: self = .crawl(try Wire.decode(CrawlRequest.self, from: body))
    case .clean: self = .clean(try Wire.decode(CleanRequest.self, from: body))
    case .split: self = .split(try Wire.decode(SplitRequest.self, from: body))
    case .check: self = .check(try Wire.decode(SplitCheckRequest.self, from: body))
    case .info: self = .info(try Wire.decode(DatasetInfoRequest.self, from: body))
    case .sources: self = .sources
    }
  }

  public var verb: Verb {
    switch self {
    case .crawl: .crawl
    case .clean: .clean
    case .split: .split
    case .check: .check
    case .info: .info
    case .sources: .sources
    }
  }

  /// Every path that it reads or writes below, the outputs that it makes beside its folder included.
  public var paths: [FilePath] {
    switch self {
    case .crawl(let request): [request.into] + (request.from.map { [$0] } ?? [])
    case .clean(let request):
      [request.folder, request.folder.beside("_cleaned")] + (request.apply.map { [$0] } ?? [])
    case .split(let request): [request.folder, request.folder.beside("_split")]
    case .check(let request): [request.folder]
    case .info(let request): [request.folder] + (request.page.map { [$0] } ?? [])
    case .sources: []
    }
  }

  /// Hosts with private addresses that it wants to ask.
  public var allowedHosts: [String] { if case .crawl(let request) = self { request.allowedHosts } else { [] } }

  /// The same with every path replaced by what `change` makes of it.
  public func replacingPaths(_ change: (FilePath) throws(WinnowError) -> FilePath) throws(WinnowError) -> Self {
    func optional(_ path: FilePath?) throws(WinnowError) -> FilePath? { if let path { try change(path) } else { nil } }
    switch self {
    case .crawl(var request):
      request.into = try change(request.into)
      request.from = try optional(request.from)
      return .crawl(request)
    case .clean(var request):
      request.folder = try change(request.folder)
      request.apply = try optional(request.apply)
      return .clean(request)
    case .split(var request):
      request.folder = try change(request.folder)
      return .split(request)
    case .check(var request):
      request.folder = try change(request.folder)
      return .check(request)
    case .info(var request):
      request.folder = try change(request.folder)
      request.page = try optional(request.page)
      return .info(request)
    case .sources: return self
    }
  }
}

extension FilePath {
  /// The path of a neighbour: this one's name with `ending` behind it.
  fileprivate func beside(_ ending: String) -> FilePath {
    let name = lastComponent.map { FilePath(root: nil, components: $0).bytes } ?? []
    return removingLastComponent().pushing(FilePath(bytes: name + Array(ending.utf8)))
  }
}

extension DatasetRequest: Codable {
  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Field.self).decode(Verb.self, forKey: "verb") {
    case .crawl: self = .crawl(try CrawlRequest(from: decoder))
    case .clean: self = .clean(try CleanRequest(from: decoder))
    case .split: self = .split(try SplitRequest(from: decoder))
    case .check: self = .check(try SplitCheckRequest(from: decoder))
    case .info: self = .info(try DatasetInfoRequest(from: decoder))
    case .sources: self = .sources
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(verb, forKey: "verb")
    switch self {
    case .crawl(let request): try request.encode(to: encoder)
    case .clean(let request): try request.encode(to: encoder)
    case .split(let request): try request.encode(to: encoder)
    case .check(let request): try request.encode(to: encoder)
    case .info(let request): try request.encode(to: encoder)
    case .sources: break
    }
  }
}
