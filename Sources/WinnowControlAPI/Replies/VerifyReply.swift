public import SystemPackage

/// Sorted files held against the ledger.
public struct VerifyReply: Hashable, Sendable {
  public var checked: Int
  /// Other bytes than the ledger's digest says.
  public var changed: [FilePath]
  /// No longer where they were put.
  public var missing: [FilePath]

  public init(checked: Int, changed: [FilePath] = [], missing: [FilePath] = []) {
    self.checked = checked
    self.changed = changed
    self.missing = missing
  }
}

extension VerifyReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    checked = try fields.decode(Int.self, forKey: "checked")
    changed = try fields.decode(pathsForKey: "changed")
    missing = try fields.decode(pathsForKey: "missing")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(checked, forKey: "checked")
    try fields.encode(paths: changed, forKey: "changed")
    try fields.encode(paths: missing, forKey: "missing")
  }
}
