public import SystemPackage

/// Pictures to collect. Paths are absolute.
public struct CrawlRequest: Hashable, Sendable {
  /// The source's name, as `dataset sources` lists it.
  public var source: String
  /// What is looked for, or the address of a page; for sources that take one.
  public var keyword: String?
  /// The file of addresses, or the folder; for sources that take one.
  public var from: FilePath?
  /// Pictures wanted; without it all that the source has.
  public var count: Int?
  /// Where the pictures go.
  public var into: FilePath
  /// `HOST` or `HOST:PORT` that may be asked although their addresses are private. For owners alone.
  public var allowedHosts: [String]
  /// Pixels; pictures with a shorter side are not kept.
  public var minSide: Int?
  /// Where the source is asked instead of at its usual address.
  public var base: String?
  /// An address of a page or of a mailbox, told to each server, where its owner can complain.
  public var contact: String?
  /// Requests a second to each host; above 0.
  public var rate: Double?

  public init(
    source: String, keyword: String? = nil, from: FilePath? = nil, count: Int? = nil, into: FilePath,
    allowedHosts: [String] = [], minSide: Int? = nil, base: String? = nil, contact: String? = nil,
    rate: Double? = nil
  ) {
    self.source = source
    self.keyword = keyword
    self.from = from
    self.count = count
    self.into = into
    self.allowedHosts = allowedHosts
    self.minSide = minSide
    self.base = base
    self.contact = contact
    self.rate = rate
  }
}

/// A data set to clean into `DIR_cleaned`.
public struct CleanRequest: Hashable, Sendable {
  public var folder: FilePath
  /// What the files are called, before their number; without it the class's name.
  public var name: String?
  /// `NAME` or `NAME@VERSION`, whose doubts about labels are wanted.
  public var model: String?
  public var dryRun: Bool
  /// The decisions of a person to be applied to `DIR_cleaned`, instead of cleaning.
  public var apply: FilePath?

  public init(
    folder: FilePath, name: String? = nil, model: String? = nil, dryRun: Bool = false, apply: FilePath? = nil
  ) {
    self.folder = folder
    self.name = name
    self.model = model
    self.dryRun = dryRun
    self.apply = apply
  }
}

/// A data set to split into `DIR_split`.
public struct SplitRequest: Hashable, Sendable {
  public var folder: FilePath
  /// `TRAIN:VAL:TEST`; without it 6:2:2.
  public var ratios: String?
  /// 0 and above.
  public var seed: Int
  /// `copy`, `link` or `reflink`; without it `copy`.
  public var placing: String?

  public init(folder: FilePath, ratios: String? = nil, seed: Int = 0, placing: String? = nil) {
    self.folder = folder
    self.ratios = ratios
    self.seed = seed
    self.placing = placing
  }
}

/// A split to be looked through for leaks.
public struct SplitCheckRequest: Hashable, Sendable {
  public var folder: FilePath

  public init(folder: FilePath) { self.folder = folder }
}

/// A data set to be described.
public struct DatasetInfoRequest: Hashable, Sendable {
  public var folder: FilePath
  /// Where a page with a contact sheet goes; one that is there is replaced.
  public var page: FilePath?

  public init(folder: FilePath, page: FilePath? = nil) {
    self.folder = folder
    self.page = page
  }
}

extension CrawlRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    source = try fields.decode(String.self, forKey: "source")
    keyword = try fields.decodeIfPresent(String.self, forKey: "keyword")
    from = try fields.decodeIfPresent(pathForKey: "from")
    count = try fields.decodeIfPresent(Int.self, forKey: "count")
    into = try fields.decode(pathForKey: "into")
    allowedHosts = try fields.decodeIfPresent([String].self, forKey: "allowed_hosts") ?? []
    minSide = try fields.decodeIfPresent(Int.self, forKey: "min_side")
    base = try fields.decodeIfPresent(String.self, forKey: "base")
    contact = try fields.decodeIfPresent(String.self, forKey: "contact")
    rate = try fields.decodeIfPresent(Double.self, forKey: "rate")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(source, forKey: "source")
    try fields.encodeIfPresent(keyword, forKey: "keyword")
    try fields.encodeIfPresent(path: from, forKey: "from")
    try fields.encodeIfPresent(count, forKey: "count")
    try fields.encode(path: into, forKey: "into")
    if !allowedHosts.isEmpty { try fields.encode(allowedHosts, forKey: "allowed_hosts") }
    try fields.encodeIfPresent(minSide, forKey: "min_side")
    try fields.encodeIfPresent(base, forKey: "base")
    try fields.encodeIfPresent(contact, forKey: "contact")
    try fields.encodeIfPresent(rate, forKey: "rate")
  }
}

extension CleanRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    name = try fields.decodeIfPresent(String.self, forKey: "name")
    model = try fields.decodeIfPresent(String.self, forKey: "model")
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: "dry_run") ?? false
    apply = try fields.decodeIfPresent(pathForKey: "apply")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(name, forKey: "name")
    try fields.encodeIfPresent(model, forKey: "model")
    try fields.encode(dryRun, forKey: "dry_run")
    try fields.encodeIfPresent(path: apply, forKey: "apply")
  }
}

extension SplitRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    ratios = try fields.decodeIfPresent(String.self, forKey: "ratios")
    seed = try fields.decodeIfPresent(Int.self, forKey: "seed") ?? 0
    placing = try fields.decodeIfPresent(String.self, forKey: "placing")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(ratios, forKey: "ratios")
    try fields.encode(seed, forKey: "seed")
    try fields.encodeIfPresent(placing, forKey: "placing")
  }
}

extension SplitCheckRequest: Codable {
  public init(from decoder: any Decoder) throws {
    folder = try decoder.container(keyedBy: Field.self).decode(pathForKey: "folder")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
  }
}

extension DatasetInfoRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    page = try fields.decodeIfPresent(pathForKey: "page")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encodeIfPresent(path: page, forKey: "page")
  }
}
