public import SystemPackage
import WinnowCore

/// Why a picture was left out. Raw values go into reports, so they never change.
public enum LeaveReason: String, Hashable, Sendable, Codable, CaseIterable {
  /// It cannot be opened, is no picture, or cannot be read whole.
  case unreadable
  /// Another file has the same bytes.
  case exactDuplicate = "exact_duplicate"
  /// It shows the same as another, which is at least as large.
  case nearDuplicate = "near_duplicate"
  case blank, tiny, dark, light, blurred
  case oddShape = "odd_shape"
  /// The model is sure of another class.
  case labelDoubt = "label_doubt"
  /// It lies beside the class folders rather than in one.
  case noClass = "no_class"
  /// A person decided so.
  case decided
}

/// What became of the files of a data set: `report.json` of a cleaned folder.
public struct CleanReport: Hashable, Sendable, Codable {
  /// A file that was kept.
  public struct Kept: Hashable, Sendable {
    /// Relative to the data set's folder.
    public var file: FilePath
    /// Relative to the cleaned folder.
    public var to: FilePath
    /// Whether it was made into a JPEG; else it has the very bytes.
    public var converted: Bool
    /// Of the original's bytes, hexadecimal.
    public var sha256: String
    public var size: Int64
  }

  /// A file that was left out.
  public struct LeftOut: Hashable, Sendable {
    public var file: FilePath
    public var reason: LeaveReason
    /// The file that it is a duplicate of, relative to the data set's folder.
    public var of: FilePath?
    /// What exactly, in words.
    public var detail: String?
    /// Of its bytes, hexadecimal; nil where they could not be read.
    public var sha256: String?
    /// Where it lies in the cleaned folder, once a person decided against it.
    public var movedTo: FilePath?
  }

  public var schema = 1
  /// Escaped, for people.
  public var folder: String
  public var output: String
  public var isDryRun: Bool
  /// What the new names begin with; nil for the name of each class folder.
  public var name: String?
  public var limits: CleaningLimits
  /// Sentences for people.
  public var warnings: [String] = []
  /// Sorted by the bytes of the files' paths, as are the others.
  public var kept: [Kept] = []
  public var leftOut: [LeftOut] = []
  /// Kept although the model is sure of another class, the strongest doubt first.
  public var doubts: [LeftOut] = []

  enum CodingKeys: String, CodingKey {
    case schema, folder, output, isDryRun = "dry_run", name, limits, warnings, kept, leftOut = "left_out", doubts
  }

  /// How many were made into JPEGs.
  public var convertedCount: Int { kept.count { $0.converted } }

  /// How many were left out for each reason.
  public var leftOutCounts: [LeaveReason: Int] {
    leftOut.reduce(into: [:]) { $0[$1.reason, default: 0] += 1 }
  }
}

extension CleanReport.Kept: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: RecordedName.Key.self)
    file = FilePath(bytes: try RecordedName.decode("file", from: container))
    to = FilePath(bytes: try RecordedName.decode("to", from: container))
    converted = try container.decode(Bool.self, forKey: RecordedName.Key("converted"))
    sha256 = try container.decode(String.self, forKey: RecordedName.Key("sha256"))
    size = try container.decode(Int64.self, forKey: RecordedName.Key("bytes"))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: RecordedName.Key.self)
    try RecordedName.encode(file.bytes, as: "file", into: &container)
    try RecordedName.encode(to.bytes, as: "to", into: &container)
    try container.encode(converted, forKey: RecordedName.Key("converted"))
    try container.encode(sha256, forKey: RecordedName.Key("sha256"))
    try container.encode(size, forKey: RecordedName.Key("bytes"))
  }
}

extension CleanReport.LeftOut: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: RecordedName.Key.self)
    file = FilePath(bytes: try RecordedName.decode("file", from: container))
    reason = try container.decode(LeaveReason.self, forKey: RecordedName.Key("reason"))
    detail = try container.decodeIfPresent(String.self, forKey: RecordedName.Key("detail"))
    sha256 = try container.decodeIfPresent(String.self, forKey: RecordedName.Key("sha256"))
    of = try Self.path("of", container)
    movedTo = try Self.path("moved_to", container)
  }

  private static func path(
    _ key: String, _ container: KeyedDecodingContainer<RecordedName.Key>
  ) throws -> FilePath? {
    guard container.contains(RecordedName.Key(key)) else { return nil }
    return FilePath(bytes: try RecordedName.decode(key, from: container))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: RecordedName.Key.self)
    try RecordedName.encode(file.bytes, as: "file", into: &container)
    try container.encode(reason, forKey: RecordedName.Key("reason"))
    if let of { try RecordedName.encode(of.bytes, as: "of", into: &container) }
    try container.encodeIfPresent(detail, forKey: RecordedName.Key("detail"))
    try container.encodeIfPresent(sha256, forKey: RecordedName.Key("sha256"))
    if let movedTo { try RecordedName.encode(movedTo.bytes, as: "moved_to", into: &container) }
  }
}
