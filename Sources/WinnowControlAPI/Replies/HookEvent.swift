/// What a hook is told: an event's number and kind, with the fields of its row of history.
public struct HookEvent: Hashable, Sendable {
  /// Counts up, and no two events have the same; an event that is delivered twice has the same both times.
  public var id: Int64
  public var row: HistoryRow

  /// - Parameter row: as it stands in the ledger; `row` is its number.
  public init(id: Int64, row: HistoryRow) {
    self.id = id
    self.row = row
  }
}

extension HookEvent: Codable {
  public init(from decoder: any Decoder) throws {
    id = try decoder.container(keyedBy: Field.self).decode(Int64.self, forKey: "id")
    row = try HistoryRow(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(id, forKey: "id")
    try fields.encode(row.outcome, forKey: "event")
    try row.encode(to: encoder)
  }
}
