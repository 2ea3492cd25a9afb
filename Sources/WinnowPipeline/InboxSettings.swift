public import SystemPackage
public import WinnowCore
public import WinnowEvaluation
import WinnowWire

/// One inbox as the pipeline needs it.
public struct InboxSettings: Hashable, Sendable {
  /// What happens to a picture whose very bytes lie in the class folder already.
  public enum DuplicateRule: String, Hashable, Sendable {
    /// Placed like any other, with a number if the name is taken.
    case keep
    /// Placed under `_duplicates` of the output.
    case separate
    /// Left in the inbox.
    case leave
  }

  /// How the inbox hears of new files.
  public enum Polling: Hashable, Sendable {
    /// By events where the file system has them, else by polling.
    case auto
    case never
    case every(Duration)
  }

  public var name: String
  public var path: FilePath
  public var output: FilePath
  public var review: FilePath
  public var quarantine: FilePath
  public var none: FilePath?
  public var model: ModelReference
  public var policy: RoutingPolicy
  /// The share of the sorted pictures that may be wrong: the model's own pictures then say which threshold keeps that,
  /// instead of the policy's. Nil for a threshold that a person gave.
  public var promisedError: Double?
  /// Whether pictures that look unlike anything the model was taught are sorted like all others. A promise is never given
  /// for them.
  public var sortsUnfamiliar = false
  /// Decides and records, and touches nothing.
  public var isShadow = false
  /// How pictures are placed.
  public var action = PlacingAction.move
  /// What pictures are given that are placed in the output; nil leaves them as they are.
  public var rights: FileRights?
  public var settling: SettleTracker.Rules
  /// How long a companion without its picture waits for it, and a picture for companions that are still settling.
  public var groupWait: Duration = .seconds(5)
  /// When it is sorted; nil: always.
  public var hours: WorkingHours?
  /// Pictures of one camera that follow each other by less are decided about together; nil: each by itself.
  public var burstGap: Duration?
  public var recursive: Bool
  public var duplicates: DuplicateRule
  public var ignored: IgnoredNames
  public var polling: Polling
  /// For file systems that can neither rename without replacing nor link.
  public var placeholder: PlaceholderUse

  public init(
    name: String, path: FilePath, output: FilePath, review: FilePath, quarantine: FilePath, none: FilePath? = nil,
    model: ModelReference, policy: RoutingPolicy, promisedError: Double? = nil,
    settling: SettleTracker.Rules = .init(), recursive: Bool = true,
    duplicates: DuplicateRule = .keep, ignored: IgnoredNames = .init(), polling: Polling = .auto,
    placeholder: PlaceholderUse = .forbidden
  ) {
    self.name = name
    self.path = path
    self.output = output
    self.review = review
    self.quarantine = quarantine
    self.none = none
    self.model = model
    self.policy = policy
    self.promisedError = promisedError
    self.settling = settling
    self.recursive = recursive
    self.duplicates = duplicates
    self.ignored = ignored
    self.polling = polling
    self.placeholder = placeholder
  }

  /// Every folder the inbox uses.
  public var roots: [FilePath] { [path, output, review, quarantine] + (none.map { [$0] } ?? []) }

  /// What a file is given that is placed there: in the output alone.
  func rights(at place: Place) -> FileRights? { place.root == output ? rights : nil }

  func root(of area: Decision.Area) -> FilePath {
    switch area {
    case .output: output
    case .review: review
    case .quarantine: quarantine
    case .none: none ?? review
    }
  }
}

/// A model as the pipeline needs it: which version answers now, and what its classes are called.
public struct ServedModel: Hashable, Sendable {
  public var version: ModelVersion
  /// By class index; labels may repeat.
  public var labels: [String]
  /// Of pictures that it was not taught; nil where nobody knows.
  public var acceptance: AcceptanceCounts?
  /// Pictures of its own classes are at least this familiar to it, but for few, −1 to 1; nil where nobody knows.
  public var leastFamiliarity: Double?

  public init(
    version: ModelVersion, labels: [String], acceptance: AcceptanceCounts? = nil, leastFamiliarity: Double? = nil
  ) {
    self.version = version
    self.labels = labels
    self.acceptance = acceptance
    self.leastFamiliarity = leastFamiliarity
  }

  /// What the worker says of one picture, with labels.
  func top(_ scores: [WireScore]) -> [ClassScore] {
    scores.compactMap { score in
      guard Int(score.index) < labels.count else { return nil }
      return ClassScore(
        index: Int(score.index), label: labels[Int(score.index)], probability: Double(score.probability))
    }
  }
}
