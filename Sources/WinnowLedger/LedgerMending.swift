public import SystemPackage
internal import WinnowCore

/// That another file took the place of a ledger's, and what is in it.
public struct LedgerMending: Hashable, Sendable {
  public enum Cause: String, Hashable, Sendable {
    case damaged, missing
    /// Another ledger was here later: somebody put an old file in its place, or its -wal was taken away.
    case older
    /// Asked for by hand.
    case wanted
  }

  /// Where the new file's rows come from.
  public enum Source: Hashable, Sendable {
    /// The file was gone while the ledger was open: it has all of it.
    case open
    case damagedFile
    /// The file is the one that was there.
    case itself
    case backup(FilePath)
    case nothing
  }

  public var cause: Cause
  public var source: Source
  /// Where the file that was there before is now; nil where there was none.
  public var kept: FilePath?
  public var pictures: Int
  public var rows: Int
  /// Whether all that there was could be read.
  public var isComplete: Bool

  /// The setting of the new ledger that says from when on files in the output trees may be pictures that it lost:
  /// nanoseconds since 1970. Gone once the trees were looked through.
  public static let adoptionKey = "adopt since"
  /// The setting that says when a ledger last lost anything: nanoseconds since 1970.
  public static let lossKey = "lost at"

  /// A sentence without its end.
  public var text: String {
    let what =
      switch cause {
      case .damaged: "the ledger was damaged"
      case .missing: "the ledger's file was gone"
      case .older: "the ledger's file was an older one than was last here"
      case .wanted: "the ledger was rebuilt as asked"
      }
    let amount = "\(pictures) pictures and \(rows) rows of history"
    let gained =
      switch source {
      case .open: "its file was written anew from memory, and nothing is lost"
      case .damagedFile:
        isComplete
          ? "all of it could be read and is in a new one: \(amount)"
          : "what could be read of it is in a new one: \(amount)"
      case .itself: "it was taken as it is: \(amount)"
      case .backup(let file): "the backup \(file.escaped) took its place: \(amount)"
      case .nothing: "nothing of it could be read, and a new one was begun"
      }
    return "\(what); \(gained)" + (kept.map { "; the old file is kept as \($0.escaped)" } ?? "")
  }

  public var remedy: String {
    isComplete
      ? "look at the disk that it lies on; nothing else has to be done"
      : "if you have a newer backup: stop winnowd and run winnowctl restore FILE. See whether inboxes are to be paused, "
        + "and whether pictures that an undo took back were sorted again. No picture is lost"
  }
}
