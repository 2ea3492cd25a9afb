public import SystemPackage
public import WinnowCore

/// One folder that is kept sorted.
public struct InboxConfiguration: Hashable, Sendable {
  public var name: String
  public var path: FilePath
  /// Class folders are made in it.
  public var output: FilePath
  public var model: ModelReference
  public var threshold: ConfidenceThreshold
  /// For pictures below the threshold.
  public var review: FilePath
  /// For files that cannot be read as pictures.
  public var quarantine: FilePath
  /// For pictures that look like nothing the model was taught; nil: the review folder.
  public var none: FilePath?
  public var unfamiliar: UnfamiliarPolicy
  /// The folder below `output`.
  public var template: DestinationTemplate
  public var action: PlacingAction
  /// What pictures are given that are placed in the output; nil leaves them as they are.
  public var rights: FileRights?
  public var duplicates: DuplicatePolicy
  public var mode: InboxMode
  /// A file is offered after this long without a change.
  public var settle: Duration
  /// How long a picture that ends early may still be growing before it is quarantined.
  public var incompleteAfter: Duration
  /// How long a file may be open for writing before a condition names it.
  public var busyAfter: Duration
  /// How long a companion without its picture waits for it, and a picture for companions that still settle.
  public var groupWait: Duration
  /// When it is sorted; nil: always.
  public var hours: WorkingHours?
  public var bursts: BurstPolicy
  /// Pictures of one camera that follow each other by less are a burst.
  public var burstGap: Duration
  public var poll: PollPolicy
  /// Whether folders in the inbox are sorted too.
  public var recursive: Bool
  /// Patterns of file names that are left alone beside the built-in ones, for `IgnoredNames`.
  public var ignore: [String]
  /// Whether, on file systems without links or a rename that does not replace, an empty placeholder may be used.
  public var unsafePlaceholder: Bool
}

/// What happens to a picture whose bytes lie in its class folder already.
public enum DuplicatePolicy: String, Hashable, Sendable, CaseIterable {
  /// Sorted like all others, under a name of its own.
  case keep
  /// Moved below `OUTPUT/_duplicates`.
  case separate
  /// Left where it is.
  case leave
}

/// How pictures are decided about that one camera took in quick succession.
public enum BurstPolicy: String, Hashable, Sendable, CaseIterable {
  /// Each by itself.
  case apart
  /// All by the mean of what the model says of them.
  case together
}

/// What happens to a picture that looks unlike anything the model was taught.
public enum UnfamiliarPolicy: String, Hashable, Sendable, CaseIterable {
  /// It goes to `none`, or to review where there is no such folder.
  case review
  /// It is sorted like all others.
  case sort
}

/// Whether decisions are carried out.
public enum InboxMode: String, Hashable, Sendable, CaseIterable {
  case sort
  /// Decides and records, touches nothing.
  case shadow
}
