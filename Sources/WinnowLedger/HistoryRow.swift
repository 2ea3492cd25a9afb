public import WinnowCore

/// One thing that happened to a picture.
public struct HistoryRow: Hashable, Sendable {
  public var id: Int64
  public var picture: Int64
  public var inbox: String
  /// Where the file was.
  public var from: Place
  /// Where it went; nil where it stayed.
  public var to: Place?
  /// Whether Winnow itself moved or placed it, rather than nobody or a person.
  public var moved: Bool
  public var outcome: HistoryOutcome
  public var reason: String
  /// The best class then; nil where it was not classified.
  public var className: String?
  /// 0 to 1, of `className`.
  public var probability: Double?
  public var model: ModelVersion?
  public var time: Timestamp
  public var digest: ContentDigest?
  public var run: Int64
  /// Who asked for it.
  public var by: String
  /// The row this one took back.
  public var undoes: Int64?
  /// The row that took this one back.
  public var undoneBy: Int64?
  /// The class that a person gave with it; nil where none did.
  public var label: String?
  /// How it was placed, or what was taken away again.
  public var action: PlacingAction
  /// What the file had before its inbox gave it other rights; nil where it did not.
  public var rightsBefore: FileRights?

  public init(
    id: Int64, picture: Int64, inbox: String, from: Place, to: Place?, moved: Bool, outcome: HistoryOutcome,
    reason: String, className: String?, probability: Double?, model: ModelVersion?, time: Timestamp,
    digest: ContentDigest?, run: Int64, by: String, undoes: Int64?, undoneBy: Int64?,
    label: String? = nil, action: PlacingAction = .move, rightsBefore: FileRights? = nil
  ) {
    self.id = id
    self.picture = picture
    self.inbox = inbox
    self.from = from
    self.to = to
    self.moved = moved
    self.outcome = outcome
    self.reason = reason
    self.className = className
    self.probability = probability
    self.model = model
    self.time = time
    self.digest = digest
    self.run = run
    self.by = by
    self.undoes = undoes
    self.undoneBy = undoneBy
    self.label = label
    self.action = action
    self.rightsBefore = rightsBefore
  }
}
