import WinnowCore
import WinnowFiles

/// What earlier runs and this one have met, by address. 17 bytes each, and the table's slack.
struct CrawlMemory {
  private struct Marks: OptionSet {
    let rawValue: UInt8
    static let ours = Marks(rawValue: 1)
    static let others = Marks(rawValue: 2)
    static let listed = Marks(rawValue: 4)
  }

  enum Meeting {
    case new
    /// This crawl has dealt with it in an earlier run.
    case remembered
    /// Listed before in this run, or dealt with by another crawl.
    case repeated
  }

  private var marks: [URLMark: Marks] = [:]

  mutating func remember(_ key: String, isOurs: Bool) {
    marks[URLMark(key), default: []].insert(isOurs ? .ours : .others)
  }

  mutating func meet(_ key: String) -> Meeting {
    let mark = URLMark(key)
    let known = marks[mark] ?? []
    marks[mark] = known.union(.listed)
    if known.contains(.listed) { return .repeated }
    if known.contains(.ours) { return .remembered }
    return known.contains(.others) ? .repeated : .new
  }
}

/// The pictures of a source, each once.
struct CrawlListing {
  private var source: any PictureSource
  private var memory: CrawlMemory
  private var pending: [PictureCandidate] = []
  private var position = 0
  private var barren = 0

  private(set) var isOver = false
  /// What the source listed.
  private(set) var found = 0
  private(set) var repeated = 0
  /// Why the source was not read to its end.
  private(set) var problem: WinnowError?

  /// A provider that lists the same again and again has no more; chosen, not measured.
  private static let mostBarren = 5

  init(_ source: any PictureSource, _ memory: CrawlMemory) {
    self.source = source
    self.memory = memory
  }

  /// The folder that files are relative to.
  var folder: Root? { (source as? FolderSource)?.root }

  /// The next that was not dealt with before; nil once there is none.
  ///
  /// - Throws: `.jobCancelled`, a fault of the disk. What the source says is the `problem`.
  mutating func next() throws(WinnowError) -> PictureCandidate? {
    while true {
      while position < pending.count {
        let candidate = pending[position]
        position += 1
        found += 1
        switch memory.meet(candidate.key) {
        case .new:
          barren = 0
          return candidate
        case .remembered: barren = 0
        case .repeated: repeated += 1
        }
      }
      if isOver { return nil }
      try readOn()
    }
  }

  private mutating func readOn() throws(WinnowError) {
    pending = []
    position = 0
    barren += 1
    if barren > Self.mostBarren {
      isOver = true
      return
    }
    do throws(WinnowError) {
      if let more = try source.next() { pending = more } else { isOver = true }
    } catch {
      guard [.sourceUnavailable, .sourceChanged].contains(error.code) else { throw error }
      problem = error
      isOver = true
    }
  }
}
