internal import GRDB
public import WinnowCore

/// A picture with the class that a person gave it, beside what the model said.
public struct LabelledPicture: Hashable, Sendable {
  public var record: PictureRecord
  public var label: String
  public var time: Timestamp
  public var by: String

  public init(record: PictureRecord, label: String, time: Timestamp, by: String) {
    self.record = record
    self.label = label
    self.time = time
    self.by = by
  }

  /// Whether the person said something else than the model.
  public var isCorrection: Bool { record.state == .corrected }
}

/// What people say about pictures and classes.
extension Ledger {
  /// A page of the pictures to which people gave a class, by number: what training learns from.
  ///
  /// - Parameters:
  ///   - correctionsOnly: leaves out what people only confirmed.
  ///   - id: the last number of the page before; zero for the first.
  public func labelled(
    inbox: String? = nil, correctionsOnly: Bool = false, after id: Int64 = 0, limit: Int = 256
  ) throws(WinnowError) -> [LabelledPicture] {
    try read { connection in
      var number: Int64?
      if let inbox {
        number = try connection.existingNumber(ofWord: inbox)
        if number == nil { return [] }
      }
      let numbers = try connection.all(
        """
        SELECT id, labelled, labelled_by FROM picture
        WHERE label IS NOT NULL AND gone = 0 AND id > ?1 AND (?2 IS NULL OR inbox = ?2)
          AND (?3 = 0 OR +state = 'corrected')
        ORDER BY id LIMIT ?4
        """, [id, number, correctionsOnly, limit]
      ) { (id: try $0.integer(0), time: try $0.integer(1), by: try $0.integer(2)) }
      return try numbers.compactMap { entry in
        guard let known = try connection.knownPicture(entry.id), let label = known.label else { return nil }
        return LabelledPicture(
          record: known.record, label: label, time: Timestamp(nanoseconds: entry.time),
          by: try connection.word(entry.by))
      }
    }
  }

  /// What people call the model's classes in an inbox, by label.
  public func classNames(inbox: String) throws(WinnowError) -> [String: String] {
    try read { connection in
      guard let inbox = try connection.existingNumber(ofWord: inbox) else { return [:] }
      var names: [String: String] = [:]
      try connection.each("SELECT label, name FROM class_name WHERE inbox = ?", [inbox]) { row in
        names[try connection.word(row.integer(0))] = try connection.word(row.integer(1))
      }
      return names
    }
  }

  /// Remembers that a class is called `name` in an inbox; nil: as the model calls it.
  public func name(_ label: String, as name: String?, inbox: String) throws(WinnowError) {
    try write { connection in
      let inbox = try connection.number(ofWord: inbox)
      let label = try connection.number(ofWord: label)
      if let name {
        try connection.run(
          """
          INSERT INTO class_name (inbox, label, name) VALUES (?, ?, ?)
          ON CONFLICT (inbox, label) DO UPDATE SET name = excluded.name
          """, [inbox, label, try connection.number(ofWord: name)])
      } else {
        try connection.run("DELETE FROM class_name WHERE inbox = ? AND label = ?", [inbox, label])
      }
    }
  }
}
