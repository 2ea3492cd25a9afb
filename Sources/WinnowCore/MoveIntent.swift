/// A move that is about to happen, durable in the ledger before anything is renamed.
///
/// After a crash the intent and a look at both places are enough to finish or to drop it.
public struct MoveIntent: Hashable, Sendable {
  public var id: Int64
  public var picture: Int64
  /// The run it belongs to; a run is what one start of the daemon, one `sort`, one `undo` did.
  public var run: Int64
  public var source: Place
  /// With the name that is tried; a taken name becomes `NAME-2.ext` by an amended intent.
  public var destination: Place
  /// Of the settled file that was classified.
  public var fingerprint: FileFingerprint
  public var digest: ContentDigest?
  /// What the history will say once the file has arrived.
  public var outcome: HistoryOutcome
  /// Why, in words for the user.
  public var reason: String
  /// When the intent was made; what changed its place before that was not our doing.
  public var begun: Timestamp
  /// Who asked: `winnowd`, or `uid 1000 (anna)` for what came through the socket.
  public var by: String
  /// The history row this move takes back: set for undo, and for redo, which undoes an undo.
  public var undoes: Int64?
  /// Whether a taken name gets a number; otherwise the move is refused (undo).
  public var numbersTakenNames: Bool

  /// Whether an empty placeholder may take the name at the destination, and whether one did.
  public var placeholder: PlaceholderUse

  /// The class that a person gave with this move; nil where none did.
  public var label: String?

  /// What is done with the file at the source. An undo of anything but a move takes away what was placed: `source` is
  /// that, and `destination` the picture that stays.
  public var action: PlacingAction
  /// The ledger's number of the second file that is there once it has arrived: the picture that stays where a copy was
  /// placed, or the mark that was placed for it.
  public var twin: Int64?
  /// Of the picture that stays where this takes away what was placed.
  public var original: FileFingerprint?

  /// What the file is given at its destination; nil leaves it as it is.
  public var rights: FileRights?
  /// What it had before, so that an undo can give it back; nil where `rights` is.
  public var rightsBefore: FileRights?

  /// The intent of the picture that this companion goes with in the same batch: it moves only once that one has moved,
  /// and then it has to. Nil for a picture, and for a companion that comes later.
  public var lead: Int64?

  /// Across file systems: the hidden name of the copy in the destination folder.
  public var temporaryName: [UInt8]?
  /// Across file systems: the fingerprint of the finished copy, recorded before it is published.
  public var copied: FileFingerprint?
  /// Across file systems: the hidden name the source gets before it is unlinked.
  public var retiredName: [UInt8]?

  public init(
    id: Int64, picture: Int64, run: Int64, source: Place, destination: Place, fingerprint: FileFingerprint,
    digest: ContentDigest?, outcome: HistoryOutcome, reason: String, begun: Timestamp, by: String, undoes: Int64? = nil,
    numbersTakenNames: Bool = true, placeholder: PlaceholderUse = .forbidden, label: String? = nil,
    action: PlacingAction = .move, twin: Int64? = nil, original: FileFingerprint? = nil,
    rights: FileRights? = nil, lead: Int64? = nil
  ) {
    self.id = id
    self.picture = picture
    self.run = run
    self.source = source
    self.destination = destination
    self.fingerprint = fingerprint
    self.digest = digest
    self.outcome = outcome
    self.reason = reason
    self.begun = begun
    self.by = by
    self.undoes = undoes
    self.numbersTakenNames = numbersTakenNames
    self.placeholder = placeholder
    self.label = label
    self.action = action
    self.twin = twin
    self.original = original
    self.rights = rights
    self.lead = lead
  }

  /// Whether it takes away what was placed for a picture that stays.
  public var takesAway: Bool { action != .move && outcome == .undone }
}

/// The way of moving for file systems that can neither rename without replacing nor link (`unsafe_placeholder`).
public enum PlaceholderUse: Int64, Hashable, Sendable {
  /// Such a picture stays where it is.
  case forbidden = 0
  case allowed = 1
  /// An empty file may stand under the destination's name: durable before it is made.
  case used = 2
}

/// How a move ended.
public struct MoveOutcome: Hashable, Sendable {
  public enum Result: Hashable, Sendable {
    /// The picture is whole and durable at the intent's destination, and nowhere else unless its action leaves it where
    /// it was. The fingerprint is that of what lies at the destination.
    case arrived(FileFingerprint)
    /// Nothing moved; the picture is where it was. `error` says why and `fate` what to do next.
    case abandoned(WinnowError, MoveFate)
  }

  /// With the names that were used in the end.
  public var intent: MoveIntent
  public var result: Result
  public var time: Timestamp

  public init(intent: MoveIntent, result: Result, time: Timestamp) {
    self.intent = intent
    self.result = result
    self.time = time
  }
}

/// What to do about a move that did not happen; chosen where the error is made.
public enum MoveFate: String, Hashable, Sendable {
  /// The file changed, was swapped or is gone: whatever lies there now starts anew.
  case startAnew
  /// A passing fault (disk full, share away, rights missing): wait, say so, try again.
  case wait
  /// It cannot work as things are (undo onto a taken name): refuse.
  case refuse
}
