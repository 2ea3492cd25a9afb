/// How an inbox places its pictures. Raw values are the configuration's and the ledger's.
public enum PlacingAction: String, Hashable, Sendable, CaseIterable {
  case move
  /// The picture stays, and a copy of it is placed.
  case copy
  /// The same, where the copy shares its bytes with the picture until one of the two is changed.
  case reflink
  /// The picture stays and gets a second name.
  case hardlink
  /// The picture stays, and a symbolic link to it is placed.
  case symlink
  /// The picture stays, and a sidecar beside it names its class.
  case tag

  /// Whether the picture itself stays what the ledger follows, and what is placed only stands for it. Such a mark is
  /// placed for sorted pictures alone: what is doubtful stays unmarked until a person decides.
  public var placesMark: Bool { self == .symlink || self == .tag }
}
