import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// A folder with sorted pictures that people may move about: an output with what lies in it, or a review, quarantine
/// or none folder elsewhere. Lives on the pipeline's queue.
final class OutputTree {
  let path: FilePath
  /// Number in the watcher's records; another each time the tree comes back, since the watcher drops one that went.
  var watchKey: Int
  /// The folder as it was when it was found here; nil while it is away.
  var here: FileStatus?
  /// Without events it is compared with the ledger now and then.
  var isPolled = false
  /// Opens it again after it was away.
  var opening = Backoff(first: .seconds(2), longest: .seconds(60))

  init(path: FilePath, watchKey: Int) {
    self.path = path
    self.watchKey = watchKey
  }

  /// Where an absolute path lies in it; nil where it does not.
  func relative(_ path: FilePath) -> FilePath? {
    var relative = path
    return path != self.path && relative.removePrefix(self.path) ? relative : nil
  }
}

/// What is heard of the output trees and what is being found out. Lives on the pipeline's queue.
///
/// Nothing is kept of a quiet tree: events name places to look at, and only a picture that is missing from its place
/// makes the trees be walked. Both ledger and disk are looked at anew each time.
final class OutputHints {
  /// A place to look at.
  struct Hint {
    var tree: OutputTree
    var path: FilePath
    var due: ContinuousClock.Instant
  }

  /// A comparison of the trees with the ledger.
  enum Comparison {
    /// Going through the pictures of the ledger, from this one on, for those that are missing from their places.
    case pictures(after: Int64)
    /// Going through the trees for files that the missing pictures may be, with where the next pictures begin.
    case files(trees: [OutputTree], scan: FolderScan?, next: Int64?)
  }

  /// How long a place is quiet before it counts; chosen. A copy that is still being written tells of itself all the
  /// time.
  static let quiet: Duration = .seconds(1)
  /// How long places that are quiet wait for others that are not; chosen.
  static let patience: Duration = .seconds(3)
  /// More hints at once than that are forgotten, and the trees compared; chosen, as the kernel's queue of events.
  static let hintLimit = 16_384
  /// More missing pictures at once than that are looked for one share after the other; chosen.
  static let soughtLimit = 16_384
  /// More files at once are judged one share after the other, so that nothing else waits long; chosen.
  static let strayLimit = 1024

  /// Not looked at yet, oldest first: most are moves of our own.
  var fresh: [Hint] = []
  /// Not our own, and waiting until they are quiet.
  var waiting: [Hint] = []
  /// When each waiting place was heard of last.
  var heard: [FilePath: ContinuousClock.Instant] = [:]
  /// Folders that came and have to be walked.
  var folders: [(tree: OutputTree, path: FilePath)] = []
  var folderScan: (tree: OutputTree, scan: FolderScan)?

  /// Pictures that are missing from their places and not explained.
  var sought: [Int64: PlacedPicture] = [:]
  /// When the trees are walked for them.
  var searchDue: ContinuousClock.Instant?
  var comparison: Comparison?
  /// Of the pictures that the walk under way looks for.
  var soughtInodes: Set<UInt64> = []
  var soughtSizes: Set<Int64> = []
  var wantsComparison = false
  /// Places at which the walk found files that a missing picture may be.
  var found: [(tree: OutputTree, path: FilePath)] = []
  /// The same, where the ledger has another picture. They are judged last: whoever takes a place retires what was
  /// there, and that has to be known in its new place before.
  var foundInPlacesOfOthers: [(tree: OutputTree, path: FilePath)] = []
  var nextPoll: ContinuousClock.Instant?
  var searchBegan: ContinuousClock.Instant?
  /// A search of large trees does not follow at once on the last one.
  var searchPause: Duration = .zero

  /// Pictures that were searched for in vain, by inode: one that turns up under another number was handed in anew.
  var lost: [UInt64: PlacedPicture] = [:]
  static let lostLimit = 4096

  /// Strays being read and verdicts being written.
  var inHand = 0

  /// When what waits is looked at: once all of it is quiet, so that what a person did together is judged together.
  var waitingDue: ContinuousClock.Instant? {
    guard let first = waiting.first, let last = waiting.last else { return nil }
    return min(last.due, first.due + Self.patience)
  }

  var hintCount: Int { fresh.count + waiting.count }

  /// Nothing is left that can go on by itself.
  var isIdle: Bool {
    fresh.isEmpty && waiting.isEmpty && folders.isEmpty && folderScan == nil && comparison == nil && !wantsComparison
      && sought.isEmpty && inHand == 0
  }

  /// When something is to be done next without an event.
  var deadline: ContinuousClock.Instant? {
    // What is in hand pumps when it is done.
    let next = inHand > 0 || comparison != nil ? nil : waitingDue ?? searchDue
    return [fresh.first?.due, next, nextPoll].compactMap(\.self).min()
  }

  /// Begins a walk through the trees for what is sought.
  func beginFiles(in trees: [OutputTree], next: Int64?) {
    searchDue = nil
    soughtInodes = Set(sought.values.map(\.fingerprint.inode))
    soughtSizes = Set(sought.values.map(\.fingerprint.size))
    comparison = .files(trees: trees.filter { $0.here != nil }, scan: nil, next: next)
  }

  func forgetHints() {
    fresh = []
    waiting = []
    heard = [:]
    folders = []
    folderScan = nil
    wantsComparison = true
  }
}
