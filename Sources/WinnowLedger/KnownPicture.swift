public import WinnowCore

/// A picture with what only the ledger knows about it.
public struct KnownPicture: Hashable, Sendable {
  public var record: PictureRecord
  /// Whether `rescan --again` asked for it to be taken anew; the next record or note of it ends that.
  public var isReleased: Bool
  /// Whether it has history. False only between its first intent and that intent's outcome.
  public var isDecided: Bool

  /// The class that a person gave it; nil where none did.
  public var label: String?

  public init(record: PictureRecord, isReleased: Bool, isDecided: Bool, label: String? = nil) {
    self.record = record
    self.isReleased = isReleased
    self.isDecided = isDecided
    self.label = label
  }
}
