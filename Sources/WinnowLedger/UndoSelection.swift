public import SystemPackage
public import WinnowCore

/// Which moves to take back.
public enum UndoSelection: Hashable, Sendable {
  /// The last move of the picture that is at each absolute path now, or else was there last.
  case paths([FilePath])
  case run(Int64)
  /// Moves of this moment or later.
  case since(Timestamp)
  case all
}

/// One picture to move back. Steps are independent of each other: no two are about the same picture.
public struct UndoStep: Hashable, Sendable {
  /// The row to name in the intent's `undoes`. Where several moves of one picture in a row are taken back together
  /// it is the oldest of them; the outcome marks them all.
  public var row: HistoryRow
  /// As it is now; the move starts at its place.
  public var picture: PictureRecord
  /// Where it goes back to.
  public var destination: Place
  /// What the new row will say: `undone`, and for a redo what was undone.
  public var outcome: HistoryOutcome
  /// How it was placed, or is to be placed again. What anything but a move placed is taken away instead of moved back.
  public var action = PlacingAction.move
  /// The mark that is taken away.
  public var mark: PictureRecord?
  /// What an undo gives back to the file; nil where it was not changed.
  public var rights: FileRights? { outcome == .undone && action == .move ? row.rightsBefore : nil }
  /// The picture that stays at `destination`.
  public var original: FileFingerprint?
  /// What goes back with it; these have none of their own.
  public var companions: [UndoStep] = []

  public init(row: HistoryRow, picture: PictureRecord, destination: Place, outcome: HistoryOutcome) {
    self.row = row
    self.picture = picture
    self.destination = destination
    self.outcome = outcome
  }
}

/// A picture that cannot be moved back, as far as the ledger knows.
public struct UndoRefusal: Hashable, Sendable {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// The ledger has never seen a file there.
    case unknown
    case neverMoved
    case alreadyUndone
    /// It was moved again afterwards.
    case movedSince
    /// A person moved it afterwards.
    case movedByPerson
    /// It is not where Winnow left it, or another file took its place.
    case gone
    /// The picture that a copy was made of is not where it stayed, so the copy may be the only one.
    case originalGone
  }

  /// As it was asked for, or where the picture was last known.
  public var path: FilePath
  public var reason: Reason

  public init(path: FilePath, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// The reason in words for the user.
  public var text: String {
    switch reason {
    case .unknown: "the ledger knows no file of this name"
    case .neverMoved: "it was never moved"
    case .alreadyUndone: "it was taken back already"
    case .movedSince: "it was moved again afterwards; take that back first"
    case .movedByPerson: "a person moved it afterwards, so it is left where they put it"
    case .originalGone: "what it was placed for is no longer there, so it stays"
    case .gone: "it is no longer where Winnow left it"
    }
  }
}

/// Some steps and refusals, newest first, and where the next begin.
public struct UndoPage: Hashable, Sendable {
  public var steps: [UndoStep]
  public var refused: [UndoRefusal]
  /// To be given as `after`; nil at the end. A page may be empty and not the last.
  public var next: Int64?

  public init(steps: [UndoStep], refused: [UndoRefusal], next: Int64?) {
    self.steps = steps
    self.refused = refused
    self.next = next
  }
}
