internal import GRDB
internal import SystemPackage
public import WinnowCore

/// What shadow mode would have done.
extension Ledger {
  /// A page of pictures with what shadow mode decided about them, by number.
  ///
  /// - Parameters:
  ///   - inbox: nil for all.
  ///   - id: the last number of the page before; zero for the first.
  public func plans(
    inbox: String?, after id: Int64 = 0, limit: Int = 256
  ) throws(WinnowError) -> [(picture: PictureRecord, plan: ShadowPlan)] {
    try read { connection in
      var number: Int64?
      if let inbox {
        number = try connection.existingNumber(ofWord: inbox)
        if number == nil { return [] }
      }
      let plans = try connection.all(
        """
        SELECT picture, root, path, outcome, reason, revised FROM shadow_plan
        WHERE picture > ?1 AND (?2 IS NULL OR inbox = ?2) ORDER BY picture LIMIT ?3
        """, [id, number, limit]
      ) { row in
        (
          picture: try row.integer(0),
          plan: ShadowPlan(
            destination: Place(root: FilePath(bytes: try row.bytes(1)), relative: FilePath(bytes: try row.bytes(2))),
            outcome: try row.word(3, as: HistoryOutcome.self), reason: try row.text(4), isRevised: try row.flag(5))
        )
      }
      return try plans.compactMap { entry in
        try connection.knownPicture(entry.picture).map { ($0.record, entry.plan) }
      }
    }
  }

  /// How many pictures of an inbox shadow mode has decided about and nobody has placed.
  public func planCount(inbox: String) throws(WinnowError) -> Int {
    try read { connection in
      guard let number = try connection.existingNumber(ofWord: inbox) else { return 0 }
      return try connection.first("SELECT count(*) FROM shadow_plan WHERE inbox = ?", [number]) {
        Int(try $0.integer(0))
      } ?? 0
    }
  }
}

extension LedgerConnection {
  /// Whether a plan about what lies at the picture's path is of other contents, now or before.
  func revisesPlan(_ picture: PictureRecord) throws -> Bool {
    let place = try StoredPlace(picture.place)
    guard let folder = try existingNumber(ofFolder: place.folder) else { return false }
    return try first(
      """
      SELECT p.fingerprint, s.revised FROM shadow_plan s JOIN picture p ON p.id = s.picture
      WHERE p.folder = ? AND p.name = ? AND p.gone = 0 LIMIT 1
      """, [folder, place.name.blob]
    ) { row in
      let before = try StoredFingerprint.decode(row.bytes(0))
      return try row.flag(1) || before.inode != picture.fingerprint.inode
        || !before.hasSameContentMarks(as: picture.fingerprint)
    } ?? false
  }

  /// Replaces the plan about a picture; with nil there is none any more.
  func put(_ plan: ShadowPlan?, ofPicture id: Int64, isRevised: Bool) throws {
    try run("DELETE FROM shadow_plan WHERE picture = ?", [id])
    guard let plan else { return }
    try run(
      """
      INSERT INTO shadow_plan (picture, inbox, root, path, outcome, reason, revised)
      SELECT id, inbox, ?, ?, ?, ?, ? FROM picture WHERE id = ?
      """,
      [
        plan.destination.root.bytes.blob, plan.destination.relative.bytes.blob, plan.outcome.rawValue, plan.reason,
        isRevised, id,
      ])
  }
}
