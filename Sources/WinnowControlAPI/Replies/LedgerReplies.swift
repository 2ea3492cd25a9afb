public import SystemPackage

/// A backup was written.
public struct BackupReply: Hashable, Sendable {
  public var file: FilePath
  public var bytes: Int64

  public init(file: FilePath, bytes: Int64) {
    self.file = file
    self.bytes = bytes
  }
}

extension BackupReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    bytes = try fields.decode(Int64.self, forKey: "bytes")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(bytes, forKey: "bytes")
  }
}

/// Another file took the ledger's place, by `restore` or `rebuild`.
public struct LedgerCareReply: Hashable, Sendable {
  public var ledger: FilePath
  /// Where the file that was there before is now.
  public var kept: FilePath?
  public var pictures: Int
  /// Of history.
  public var rows: Int
  /// Whether all that there was could be read.
  public var isComplete: Bool
  /// Files of inboxes that were put back.
  public var inboxes: [String]
  /// A sentence without its end.
  public var text: String

  public init(
    ledger: FilePath, kept: FilePath?, pictures: Int, rows: Int, isComplete: Bool, inboxes: [String], text: String
  ) {
    self.ledger = ledger
    self.kept = kept
    self.pictures = pictures
    self.rows = rows
    self.isComplete = isComplete
    self.inboxes = inboxes
    self.text = text
  }
}

extension LedgerCareReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    ledger = try fields.decode(pathForKey: "ledger")
    kept = try fields.decodeIfPresent(pathForKey: "kept")
    pictures = try fields.decode(Int.self, forKey: "pictures")
    rows = try fields.decode(Int.self, forKey: "rows")
    isComplete = try fields.decode(Bool.self, forKey: "complete")
    inboxes = try fields.decode([String].self, forKey: "inboxes")
    text = try fields.decode(String.self, forKey: "text")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: ledger, forKey: "ledger")
    if let kept { try fields.encode(path: kept, forKey: "kept") }
    try fields.encode(pictures, forKey: "pictures")
    try fields.encode(rows, forKey: "rows")
    try fields.encode(isComplete, forKey: "complete")
    try fields.encode(inboxes, forKey: "inboxes")
    try fields.encode(text, forKey: "text")
  }
}
