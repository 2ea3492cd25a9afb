public import WinnowCore

extension Ledger {
  /// How many rows of history one transaction looks at, so that a commit never waits long. Chosen, not measured.
  private static let undoSlice: Int64 = 20_000

  /// Moves that can be taken back, newest first, each picture at most once, and what cannot be and why. Moves taken
  /// back already are passed over but for those asked for by path.
  ///
  /// What one page's steps did is seen by the next page. For paths there is one page.
  ///
  /// - Parameters:
  ///   - after: `next` of the page before; nil for the first.
  ///   - limit: how many steps and refusals a page holds at most.
  public func undoable(
    _ selection: UndoSelection, after: Int64? = nil, limit: Int = 256
  ) throws(WinnowError) -> UndoPage {
    var page = UndoPage(steps: [], refused: [], next: nil)
    let scope: LedgerConnection.UndoScope
    switch selection {
    case .paths(let paths):
      var seen: Set<Int64> = []
      for path in paths {
        (page, seen) = try read { connection in
          var page = page
          var seen = seen
          try connection.undo(path: path, seen: &seen, into: &page)
          return (page, seen)
        }
      }
      return page
    case .run(let run): scope = .init(run: run, since: nil)
    case .since(let time): scope = .init(run: nil, since: time)
    case .all: scope = .init(run: nil, since: nil)
    }
    guard let rows = try read({ try $0.rows(of: scope) }) else { return page }
    var high = min(rows.upperBound, (after ?? .max) - 1)
    while high >= rows.lowerBound {
      let slice = max(rows.lowerBound, high - Self.undoSlice + 1)...high
      page = try read { connection in
        var page = page
        try connection.collectUndo(scope, slice: slice, limit: max(1, limit), into: &page)
        return page
      }
      if page.next != nil { return page }
      high = slice.lowerBound - 1
    }
    return page
  }

  /// What an undo took back and can be done again, newest first, and what cannot.
  ///
  /// - Parameters:
  ///   - run: nil for the last undo that moved anything.
  ///   - after: `next` of the page before; nil for the first.
  public func redoable(run: Int64? = nil, after: Int64? = nil, limit: Int = 256) throws(WinnowError) -> UndoPage {
    var wanted = run
    if wanted == nil { wanted = try lastUndoRun()?.id }
    guard let run = wanted else { return UndoPage(steps: [], refused: [], next: nil) }
    return try read { try $0.redo(run: run, after: after, limit: limit) }
  }
}
