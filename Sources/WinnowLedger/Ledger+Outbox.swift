internal import GRDB
public import WinnowCore

/// How much one target is still to be told.
public struct OutboxCount: Hashable, Sendable {
  /// Events that wait, those set aside not among them.
  public var waiting: Int64
  /// Events that were refused alone, and are tried again only when somebody asks.
  public var aside: Int64
  /// When the oldest that waits happened.
  public var oldest: Timestamp?

  public init(waiting: Int64 = 0, aside: Int64 = 0, oldest: Timestamp? = nil) {
    self.waiting = waiting
    self.aside = aside
    self.oldest = oldest
  }
}

/// Events that hooks are still to be told: the rows of history that each target wants, put aside in the commit that
/// writes them, and taken out once they are delivered. An event's number is its row's.
extension Ledger {
  /// From now on, history is put aside for these.
  public func tell(_ targets: Set<HookTarget>) { outbox.tell(targets) }

  /// `signal` is called after each commit that added events, on whatever thread committed; it must not wait.
  public func onNewEvents(_ signal: @escaping @Sendable () -> Void) { outbox.signal(signal) }

  /// The inboxes of which events wait, in no order.
  public func waitingInboxes(for target: HookTarget) throws(WinnowError) -> [String] {
    try read { connection in try connection.waitingInboxes(for: target).map(connection.word) }
  }

  /// The oldest events of an inbox that wait, oldest first.
  public func waitingEvents(
    for target: HookTarget, inbox: String, limit: Int
  ) throws(WinnowError) -> [HistoryRow] {
    try read { connection in
      guard let inbox = try connection.existingNumber(ofWord: inbox) else { return [] }
      return try connection.all(
        LedgerConnection.historyColumns + """
           JOIN outbox o ON o.history = h.id
          WHERE o.target = ? AND o.aside = 0 AND o.inbox = ? ORDER BY o.history LIMIT ?
          """, [target.rawValue, inbox, limit], connection.historyRow)
    }
  }

  /// Events that were set aside, those of one inbox together, oldest first.
  public func eventsAside(for target: HookTarget, limit: Int) throws(WinnowError) -> [HistoryRow] {
    try read { connection in
      try connection.all(
        LedgerConnection.historyColumns + """
           JOIN outbox o ON o.history = h.id WHERE o.target = ? AND o.aside = 1 ORDER BY o.inbox, o.history LIMIT ?
          """, [target.rawValue, limit], connection.historyRow)
    }
  }

  /// Takes events out that were delivered. The commit does not wait for the disk: when the power goes they may be
  /// delivered once more.
  public func delivered(_ events: [Int64], to target: HookTarget) throws(WinnowError) {
    if events.isEmpty { return }
    try writeUnsynced { connection in
      for event in events { try connection.takeOut(event, of: target) }
    }
  }

  /// Lets later events of the inbox go past this one.
  public func setAside(_ event: Int64, for target: HookTarget) throws(WinnowError) {
    try write { connection in
      guard try connection.takeOut(event, of: target) else { return }
      try connection.run(
        "INSERT INTO outbox (target, aside, inbox, history) SELECT ?, 1, inbox, id FROM history WHERE id = ?",
        [target.rawValue, event])
    }
  }

  /// What the target is still to be told. Costs the same however much it is.
  public func outboxCount(of target: HookTarget) throws(WinnowError) -> OutboxCount {
    try read { connection in
      var count = OutboxCount()
      try connection.each("SELECT aside, count FROM outbox_tally WHERE target = ?", [target.rawValue]) { row in
        if try row.flag(0) { count.aside = try row.integer(1) } else { count.waiting = try row.integer(1) }
      }
      guard count.waiting > 0 else { return count }
      for inbox in try connection.waitingInboxes(for: target) {
        let time = try connection.first(
          """
          SELECT h.time FROM history h WHERE h.id =
            (SELECT min(history) FROM outbox WHERE target = ? AND aside = 0 AND inbox = ?)
          """, [target.rawValue, inbox]
        ) { Timestamp(nanoseconds: try $0.integer(0)) }
        if let time { count.oldest = min(time, count.oldest ?? time) }
      }
      return count
    }
  }

  /// Forgets events of a target that is no longer to be told, a bounded number at a time.
  ///
  /// - Returns: how many were forgotten; call again until it is 0.
  public func forgetEvents(of target: HookTarget, limit: Int = 1000) throws(WinnowError) -> Int {
    try write { connection in
      let rows = try connection.all(
        "SELECT aside, inbox, history FROM outbox WHERE target = ? LIMIT ?", [target.rawValue, limit]
      ) { (try $0.integer(0), try $0.integer(1), try $0.integer(2)) }
      for (aside, inbox, history) in rows {
        try connection.run(
          "DELETE FROM outbox WHERE target = ? AND aside = ? AND inbox = ? AND history = ?",
          [target.rawValue, aside, inbox, history])
      }
      return rows.count
    }
  }
}

/// Rows of `outbox`.
extension LedgerConnection {
  /// Puts a new row of history aside for those who want to hear of it. The program hears of pictures, not of what goes
  /// with them.
  func tell(of row: Int64, _ outcome: HistoryOutcome, inbox: Int64, isCompanion: Bool) throws {
    for target in outbox.targets(for: outcome) where target != .program || !isCompanion {
      try run("INSERT INTO outbox (target, inbox, history) VALUES (?, ?, ?)", [target.rawValue, inbox, row])
    }
  }

  /// From one inbox to the next by the key, so that a million waiting events cost no more than one.
  fileprivate func waitingInboxes(for target: HookTarget) throws -> [Int64] {
    var inboxes: [Int64] = []
    var last: Int64 = .min
    while let next = try first(
      "SELECT inbox FROM outbox WHERE target = ? AND aside = 0 AND inbox > ? ORDER BY inbox LIMIT 1",
      [target.rawValue, last], { try $0.integer(0) })
    {
      inboxes.append(next)
      last = next
    }
    return inboxes
  }

  /// - Returns: whether it was there.
  @discardableResult
  fileprivate func takeOut(_ event: Int64, of target: HookTarget) throws -> Bool {
    try run(
      """
      DELETE FROM outbox
      WHERE target = ?1 AND aside IN (0, 1) AND inbox = (SELECT inbox FROM history WHERE id = ?2) AND history = ?2
      """, [target.rawValue, event]) > 0
  }
}
