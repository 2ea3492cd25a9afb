import SystemPackage
import WinnowControlAPI
public import WinnowCore
public import WinnowDataset
import WinnowFiles
public import WinnowSupervision

/// Collects pictures from a source into a folder: each is fetched under a hidden name, decoded in the worker, compared
/// with what is there, and only then gets its name.
///
/// Every ending is written down before the next step, so that a run that was killed goes on where it stood.
public struct Crawl {
  /// Downloads that are looked at together.
  private static let batch = 16

  private let settings: CrawlSettings
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  public init(
    settings: CrawlSettings, cancellation: Cancellation, report: @escaping (Double, String) -> Void
  ) {
    (self.settings, self.cancellation, self.report) = (settings, cancellation, report)
  }

  /// - Throws: `.sourceFailed`, also when there was nothing to find; `.jobCancelled`; a fault of the disk.
  public func run(_ looker: some PictureLooking) throws(WinnowError) -> CrawlReport {
    let source = try settings.source()
    let stem = settings.keyword.flatMap { settings.kind == .page ? nil : $0 } ?? settings.into.lastComponent?.string
    let cancellation = cancellation
    let folder = try CrawlFolder(settings.into, stem: stem ?? "picture", looker: looker) { () throws(WinnowError) in
      try cancellation.check()
    }
    let client = try WebClient(settings.web, cancellation: cancellation)
    let run = CrawlRun(
      settings: settings, source: source, folder: folder, client: client, cancellation: cancellation, tell: report)
    return try run.finish(with: looker)
  }

  /// One crawl at work. One owner, one thread.
  private final class CrawlRun {
    private struct Fetching {
      var found: FoundPicture
      var redirects = 0
    }
    private struct Fetched {
      var found: FoundPicture
      var download: Download
    }

    private let settings: CrawlSettings
    private let source: any CrawlSource
    private let folder: CrawlFolder
    private let client: WebClient
    private let fetcher: PageFetcher
    private let robots: RobotsMemory
    private let cancellation: Cancellation
    private let tell: (Double, String) -> Void
    private var report: CrawlReport
    private var fetching: [WebClient.Ticket: Fetching] = [:]
    private var fetched: [Fetched] = []
    private var queue: [FoundPicture] = []
    private var seen: Set<String> = []
    private var isSourceDone = false

    init(
      settings: CrawlSettings, source: any CrawlSource, folder: CrawlFolder, client: WebClient,
      cancellation: Cancellation, tell: @escaping (Double, String) -> Void
    ) {
      (self.settings, self.source, self.client) = (settings, source, client)
      (self.cancellation, self.tell) = (cancellation, tell)
      self.folder = folder
      fetcher = PageFetcher(client)
      robots = RobotsMemory(fetcher)
      report = CrawlReport(settings)
    }

    private var isEnough: Bool { settings.count.map { report.saved >= $0 } ?? false }
    /// Pictures that would be there if all that is on its way came to something.
    private var hoped: Int { report.saved + fetched.count + fetching.count }

    func finish(with looker: some PictureLooking) throws(WinnowError) -> CrawlReport {
      defer { for item in fetched { item.download.discard() } }
      while !isEnough {
        try cancellation.check()
        try fill()
        let isWanted = settings.count.map { hoped < $0 } ?? true
        if isWanted, client.load < settings.web.concurrency, let next = queue.popFirstElement() {
          try begin(next)
          continue
        }
        if fetched.count >= Crawl.batch || !fetched.isEmpty && fetching.isEmpty { try judge(looker) }
        if fetching.isEmpty, fetched.isEmpty, queue.isEmpty, isSourceDone { break }
        if !fetching.isEmpty {
          try client.step()
          try collect()
        }
      }
      return try closed()
    }

    private func closed() throws(WinnowError) -> CrawlReport {
      if let bad = (source as? ListSource)?.badLines, bad > 0 {
        report.found += bad
        report.failed[FailureReason.badAddress.rawValue, default: 0] += bad
      }
      guard report.found > 0 else {
        throw WinnowError(
          .sourceFailed,
          "\(settings.kind.rawValue) has no picture for \(settings.keyword.map { "\"\($0)\"" } ?? "this")",
          remedy: "try another word or another source")
      }
      if let wanted = settings.count, report.saved < wanted {
        report.note = "the source has no more: \(report.saved) of \(wanted)"
      }
      return report
    }

    // MARK: Finding

    private func fill() throws(WinnowError) {
      while queue.isEmpty, !isSourceDone, !isEnough {
        guard let page = try source.next(fetcher) else {
          isSourceDone = true
          return
        }
        for found in page { try take(found) }
      }
    }

    private func take(_ found: FoundPicture) throws(WinnowError) {
      report.found += 1
      let key = found.key
      guard seen.insert(key).inserted else {
        report.duplicates.url += 1
        return
      }
      guard let entry = folder.journal.entries[key], let ending = entry.ending else { return queue.append(found) }
      switch ending {
      case .saving:
        // Killed in between: it has its name, or it was never there.
        guard let name = entry.file, let digest = entry.sha256,
          folder.name(ofHexadecimal: digest)?.bytes == Array(name.utf8)
        else { return queue.append(found) }
        try folder.journal.describe(record(found, name, digest))
        try folder.journal.record(CrawlEntry(key: key, .saved, file: name, sha256: digest))
        report.savedBefore += 1
        report.count(.saved)
      case .failed(let reason) where reason.passes: queue.append(found)
      case .saved:
        if let name = entry.file, let digest = entry.sha256 {
          try folder.journal.describe(record(found, name, digest))
        }
        report.savedBefore += 1
        report.count(.saved)
      default: report.count(ending)
      }
    }

    // MARK: Fetching

    private func begin(_ found: FoundPicture) throws(WinnowError) {
      switch found.origin {
      case .web(let address):
        if source.heedsRobots, try !robots.allows(address) { return try end(found, .failed(.robots)) }
        fetch(Fetching(found: found), at: address)
      case .file(let path): try copy(path, found)
      }
    }

    private func fetch(_ item: Fetching, at address: WebAddress) {
      let root = folder.root
      let request = WebRequest(
        address: address, referer: item.found.referer, accept: "image/*, */*;q=0.5",
        largest: settings.web.largestPicture, body: .file { () throws(SystemFault) in try Download(in: root) })
      fetching[client.begin(request)] = item
    }

    private func collect() throws(WinnowError) {
      while let (ticket, outcome) = client.takeEnded(where: { fetching[$0] != nil }) {
        guard var item = fetching.removeValue(forKey: ticket) else { continue }
        switch outcome {
        case .answer(let answer):
          if let download = answer.download {
            fetched.append(Fetched(found: item.found, download: download))
          } else {
            try end(item.found, .failed(.notAPicture))
          }
        case .redirect(let target):
          item.redirects += 1
          if item.redirects > settings.web.redirects {
            try end(item.found, .failed(.tooManyRedirects))
          } else if source.heedsRobots, try !robots.allows(target) {
            try end(item.found, .failed(.robots))
          } else {
            fetch(item, at: target)
          }
        case .failure(let failure): try end(item.found, .failed(failure.reason))
        }
      }
    }

    private func copy(_ path: FilePath, _ found: FoundPicture) throws(WinnowError) {
      guard let tree = (source as? FolderSource)?.root else { return }
      do throws(SystemFault) {
        let file = OwnedDescriptor(
          try tree.fileSystem.openFile(
            FilePath(bytes: path.lastComponent.map { Array($0.string.utf8) } ?? []),
            in: tree.openFolder(path.removingLastComponent()).raw))
        let download = try Download(in: folder.root)
        try tree.fileSystem.copyContents(of: file.raw, to: download.file.raw)
        fetched.append(Fetched(found: found, download: download))
      } catch {
        try end(found, .failed(.unreadable))
      }
    }

    // MARK: Judging

    private func judge(_ looker: some PictureLooking) throws(WinnowError) {
      let items = fetched
      fetched = []
      defer { for item in items { item.download.discard() } }
      let subjects = items.map { item in
        LookSubject(name: item.found.key) { () throws(WinnowError) in
          do throws(SystemFault) {
            return try item.download.reopen()
          } catch {
            throw error.about(item.found.key)
          }
        }
      }
      try looker.look(at: subjects, LookWishes()) { index, outcome throws(WinnowError) in
        try judge(items[index], outcome)
      }
    }

    private func judge(_ item: Fetched, _ outcome: LookOutcome) throws(WinnowError) {
      switch outcome {
      case .unreadable(let error): throw error
      case .refused(let refusal, _): try end(item.found, .failed(Self.reason(for: refusal)))
      case .looked(let look, _):
        if isEnough { return }
        if min(look.facts.width, look.facts.height) < settings.minSide {
          try end(item.found, .failed(.tooSmall))
        } else if folder.holds(look.facts.digest) {
          try end(item.found, .sameBytes)
        } else if try folder.looksKnown(look) {
          try end(item.found, .sameLooks)
        } else {
          try save(item, look)
        }
      }
    }

    private static func reason(for refusal: Refusal) -> FailureReason {
      switch refusal.kind {
      case .notAPicture: .notAPicture
      case .unsupportedFormat: .unsupportedFormat
      case .tooLarge: .tooLarge
      case .truncated, .corrupt, .timedOut, .outOfMemory, .unreadable, .poison: .broken
      }
    }

    private func save(_ item: Fetched, _ look: PictureLook) throws(WinnowError) {
      let digest = look.facts.digest.description
      while true {
        let name = folder.nextName(for: look.facts.format)
        try folder.journal.record(
          CrawlEntry(key: item.found.key, .saving, file: name.string, sha256: digest))
        do throws(SystemFault) {
          try item.download.place(as: name)
        } catch {
          if error.isTaken { continue }
          throw error.about(name.escaped)
        }
        try folder.journal.describe(record(item.found, name.string, digest))
        folder.remember(look, as: name)
        try end(item.found, .saved, file: name.string, sha256: digest)
        let share = settings.count.map { Double(report.saved) / Double(max(1, $0)) } ?? 0
        return tell(min(share, 1), "\(report.saved) saved of \(report.found) found")
      }
    }

    private func end(
      _ found: FoundPicture, _ ending: CrawlEntry.Ending, file: String? = nil, sha256: String? = nil
    ) throws(WinnowError) {
      try folder.journal.record(CrawlEntry(key: found.key, ending, file: file, sha256: sha256))
      report.count(ending)
    }

    private func record(_ found: FoundPicture, _ file: String, _ digest: String) -> ProvenanceRecord {
      ProvenanceRecord(
        file: file, url: found.key, source: settings.kind.rawValue, keyword: settings.keyword, page: found.page,
        title: found.title, author: found.author, licence: found.licence, sha256: digest,
        time: Timestamp.now().rfc3339)
    }
  }
}

extension Array {
  /// Constant time is not needed: pages are short.
  fileprivate mutating func popFirstElement() -> Element? { isEmpty ? nil : removeFirst() }
}
