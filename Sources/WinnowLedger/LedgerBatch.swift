public import WinnowCore

/// What one durable commit carries. Applied in the order of its properties, all of it or nothing.
public struct LedgerBatch: Sendable {
  /// How moves ended. An outcome of an intent that is closed already changes nothing.
  public var outcomes: [MoveOutcome]
  /// Pictures to insert, or to replace by `id`. One that has no history yet counts in no state until it has.
  public var pictures: [PictureRecord]
  /// Moves about to happen. Their pictures are known or in `pictures`.
  public var intents: [MoveIntent]
  /// Files that were looked at and not moved by Winnow.
  public var notes: [PictureNote]
  /// Folders that Winnow made for these moves.
  public var madeFolders: [Place]

  public init(
    outcomes: [MoveOutcome] = [], pictures: [PictureRecord] = [], intents: [MoveIntent] = [],
    notes: [PictureNote] = [], madeFolders: [Place] = []
  ) {
    self.outcomes = outcomes
    self.pictures = pictures
    self.intents = intents
    self.notes = notes
    self.madeFolders = madeFolders
  }

  public var isEmpty: Bool {
    outcomes.isEmpty && pictures.isEmpty && intents.isEmpty && notes.isEmpty && madeFolders.isEmpty
  }
}

/// What a note does to the class that a person gave a picture.
public enum LabelChange: Hashable, Sendable {
  case keep
  case set(String)
  /// No person's word holds any more.
  case clear

  /// The class that is set; nil for the others.
  public var given: String? { if case .set(let label) = self { label } else { nil } }
}

/// A file that was looked at and not moved by Winnow: left, waiting for a fault to pass, or moved by a person.
public struct PictureNote: Hashable, Sendable {
  /// The picture as it is now; its state is what `outcome` says, whatever the record holds.
  public var picture: PictureRecord
  public var outcome: HistoryOutcome
  public var by: String
  public var run: Int64
  public var label: LabelChange
  /// Whether it is to stay in review and not be asked about again.
  public var isSkipped: Bool
  /// What would have become of it outside of shadow mode.
  public var plan: ShadowPlan?
  /// Whether hooks hear of it.
  public var isNews: Bool

  public init(
    picture: PictureRecord, outcome: HistoryOutcome, by: String, run: Int64, label: LabelChange = .clear,
    isSkipped: Bool = false, plan: ShadowPlan? = nil, isNews: Bool = true
  ) {
    self.picture = picture
    self.outcome = outcome
    self.by = by
    self.run = run
    self.label = label
    self.isSkipped = isSkipped
    self.plan = plan
    self.isNews = isNews
  }
}
