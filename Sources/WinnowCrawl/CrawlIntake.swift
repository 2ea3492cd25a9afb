import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowSupervision

/// The state of one run of a crawl: what is listed, on its way, being looked at, known and counted.
final class CrawlIntake {
  private let settings: CrawlSettings
  private let cancellation: Cancellation
  private let client: WebClient
  private let robots: RobotsMemory
  private var folder: CrawlFolder
  private var listing: CrawlListing

  /// On their way, by the client's ticket.
  private var fetching: [WebClient.Ticket: CrawlJob] = [:]
  /// Fetched.
  private var ready: [CrawlJob] = []
  /// Handed out for a look, in that order.
  private var looking: [CrawlJob] = []

  private var digests: Set<ContentDigest> = []
  private var likenesses = NearDuplicates()
  private(set) var report: CrawlReport
  /// What ended the last round.
  private(set) var problem: WinnowError?

  /// Pictures between listing and look; bounds memory and hidden files.
  private static let mostOnTheWay = 32

  init(_ settings: CrawlSettings, _ cancellation: Cancellation) throws(WinnowError) {
    if let wanted = settings.wanted, wanted < 1 {
      throw WinnowError(.invalidInput, "\(wanted) pictures are wanted", remedy: "ask for 1 or more")
    }
    self.settings = settings
    self.cancellation = cancellation
    client = try WebClient(settings.web, cancellation: cancellation)
    let fetcher = PageFetcher(client)
    robots = RobotsMemory(fetcher)
    var folder = try CrawlFolder(settings.into, stem: settings.stem)
    var memory = CrawlMemory()
    var report = CrawlReport(
      source: settings.subject.kind.rawValue, keyword: settings.subject.text, folder: settings.into.escaped,
      wanted: settings.wanted)
    let begun = try folder.journal.read { entry in
      memory.remember(entry.url, isOurs: entry.crawl == settings.crawl)
      if entry.crawl == settings.crawl { report.count(entry) }
    }
    for entry in begun where try folder.finish(entry) {
      memory.remember(entry.url, isOurs: entry.crawl == settings.crawl)
      if entry.crawl == settings.crawl { report.saved += 1 }
    }
    try folder.tidy()
    let source = try SourceCatalogue(settings.baseAddresses, fetcher, robots).source(
      for: settings.subject, savingIn: folder.root)
    listing = CrawlListing(source, memory)
    self.folder = folder
    self.report = report
  }

  /// Pictures still to be asked for, so that no more come than are wanted.
  private var missing: Int {
    guard let wanted = settings.wanted else { return .max }
    return wanted - report.saved - looking.count - ready.count - fetching.count
  }

  private var hasEnough: Bool { settings.wanted.map { report.saved >= $0 } ?? false }

  /// Whether nothing is left to do.
  var isOver: Bool {
    hasEnough || listing.isOver && fetching.isEmpty && ready.isEmpty && looking.isEmpty
  }

  /// 0 to 1, as far as anyone knows.
  var progress: Double {
    settings.wanted.map { min(1, Double(report.saved) / Double($0)) } ?? (isOver ? 1 : 0)
  }

  func finish() throws(WinnowError) -> CrawlReport {
    report.found = listing.found
    report.duplicates.url = listing.repeated
    if report.found == 0, !hasEnough {
      throw listing.problem
        ?? WinnowError(
          .nothingFound, "\(report.source) knows of no picture for \"\(report.keyword)\"",
          remedy: "try another word, or another source")
    }
    report.reached = settings.wanted == nil ? listing.problem == nil : hasEnough
    report.ending =
      hasEnough ? "as many as wanted are there" : listing.problem?.sentence ?? "the source has no more"
    return report
  }

  // MARK: What lies there already

  func presentFiles() throws(WinnowError) -> [FilePath] { try folder.files() }

  func subject(present file: FilePath) -> LookSubject {
    let root = folder.root
    return LookSubject(name: file.escaped) { () throws(WinnowError) in
      do throws(SystemFault) {
        return OwnedDescriptor(try root.fileSystem.openFile(file, in: root.raw))
      } catch {
        throw error.about(root.path.pushing(file).escaped)
      }
    }
  }

  func know(_ look: PictureLook) {
    digests.insert(look.facts.digest)
    likenesses.add(look)
  }

  // MARK: What comes

  /// The next picture to look at, waited for; nil at the end of a round: nothing more comes, enough is on its way, or
  /// there is a `problem`.
  func nextSubject() -> LookSubject? {
    do throws(WinnowError) {
      guard let job = try nextReady(), let download = job.download else { return nil }
      looking.append(job)
      let path = folder.root.path.pushing(download.name).escaped
      return LookSubject(name: job.url) { () throws(WinnowError) in
        do throws(SystemFault) {
          return try download.open()
        } catch {
          throw error.about(path)
        }
      }
    } catch {
      problem = error
      return nil
    }
  }

  private func nextReady() throws(WinnowError) -> CrawlJob? {
    while true {
      try cancellation.check()
      try settle()
      while !ready.isEmpty {
        let job = ready.removeFirst()
        guard let download = job.download, digests.contains(download.digest()) else { return job }
        download.discard()
        try record(job, .bytes)
      }
      try feed()
      if !ready.isEmpty { continue }
      // Enough is being looked at; whether it is good the end of the round tells.
      if fetching.isEmpty, missing <= 0 || listing.isOver { return nil }
      if !fetching.isEmpty { try client.step() }
    }
  }

  private func feed() throws(WinnowError) {
    while missing > 0, fetching.count + ready.count < Self.mostOnTheWay, let candidate = try listing.next() {
      try dispatch(CrawlJob(candidate))
    }
  }

  private func dispatch(_ job: CrawlJob) throws(WinnowError) {
    var job = job
    switch job.candidate.place {
    case .unusable(let reason):
      job.failures.append(reason)
      try lose(job)
    case .file(let path):
      switch try copy(path) {
      case .success(let download):
        job.download = download
        ready.append(job)
      case .failure(let reason):
        job.failures.append(reason)
        try lose(job)
      }
    case .web:
      guard let address = job.address else { return }
      if job.candidate.obeysRobots, try !robots.allows(address) { return try turn(job, after: .robots) }
      let root = folder.root
      let request = WebRequest(
        address: address, referer: job.candidate.referer, accept: "image/*, */*;q=0.5",
        largest: settings.web.largestPicture,
        body: .file { () throws(SystemFault) in try Download(in: root) })
      fetching[client.begin(request)] = job
    }
  }

  /// Copies a file of the source's folder under a hidden name.
  private func copy(_ path: FilePath) throws(WinnowError) -> Result<Download, FailureReason> {
    guard let root = listing.folder, let raw = try? root.fileSystem.openFile(path, in: root.raw) else {
      return .failure(.unreadable)
    }
    let file = OwnedDescriptor(raw)
    do throws(SystemFault) {
      let download = try Download(in: folder.root)
      while let piece = try? root.fileSystem.read(file.raw, at: download.count, capacity: 1 << 20) {
        if piece.isEmpty { return .success(download) }
        guard download.count + Int64(piece.count) <= settings.web.largestPicture else { return .failure(.tooLarge) }
        try download.write(piece)
      }
      return .failure(.unreadable)
    } catch {
      throw error.about(folder.root.path.escaped)
    }
  }

  private func settle() throws(WinnowError) {
    while let (ticket, outcome) = client.takeEnded(where: { fetching[$0] != nil }) {
      guard var job = fetching.removeValue(forKey: ticket) else { continue }
      switch outcome {
      case .answer(let answer):
        guard let download = answer.download else {
          try turn(job, after: .broken)
          continue
        }
        job.download = download
        ready.append(job)
      case .redirect(let target):
        job.hops += 1
        job.address = target
        if job.hops > settings.web.redirects {
          try turn(job, after: .tooManyRedirects)
        } else {
          try dispatch(job)
        }
      case .failure(let failure): try turn(job, after: failure.reason)
      }
    }
  }

  // MARK: What becomes of it

  /// Takes what a look told of the picture that was handed out first.
  func judge(_ outcome: LookOutcome) throws(WinnowError) {
    guard !looking.isEmpty else { return }
    let job = looking.removeFirst()
    guard let download = job.download else { return }
    switch outcome {
    case .unreadable(let error): throw error
    case .refused(let refusal, _): try turn(job, after: FailureReason(refusal.kind))
    case .looked(let look, _):
      if min(look.facts.width, look.facts.height) < settings.minSide {
        try turn(job, after: .tooSmall)
      } else if digests.contains(look.facts.digest) {
        download.discard()
        try record(job, .bytes)
      } else if likenesses.firstMatch(of: look) != nil {
        download.discard()
        try record(job, .looks)
      } else {
        try save(job, download, look)
      }
    }
  }

  private func save(_ job: CrawlJob, _ download: Download, _ look: PictureLook) throws(WinnowError) {
    let candidate = job.candidate
    let record = ProvenanceRecord(
      file: "", sha256: look.facts.digest.hex, source: settings.subject.kind.rawValue, keyword: settings.subject.text,
      url: job.url, page: candidate.page, title: candidate.title, author: candidate.author,
      licence: candidate.licence, licenceURL: candidate.licenceURL, time: Timestamp.now().rfc3339)
    let entry = CrawlJournal.Entry(crawl: settings.crawl, url: candidate.key, verdict: .saved)
    try folder.save(download, format: look.facts.format, as: entry, record)
    report.count(entry)
    report.savedNow += 1
    know(look)
  }

  private func turn(_ job: CrawlJob, after reason: FailureReason) throws(WinnowError) {
    var job = job
    if job.turn(after: reason) { try dispatch(job) } else { try lose(job) }
  }

  /// Counts a picture that no place gave, under what was wrong with the first. One that may be had another day is not
  /// remembered.
  private func lose(_ job: CrawlJob) throws(WinnowError) {
    guard let reason = job.failures.first else { return }
    if job.failures.contains(where: \.passes) {
      report.fail(reason)
    } else {
      try record(job, .failed, reason)
    }
  }

  private func record(
    _ job: CrawlJob, _ verdict: CrawlJournal.Entry.Verdict, _ reason: FailureReason? = nil
  ) throws(WinnowError) {
    let entry = CrawlJournal.Entry(
      crawl: settings.crawl, url: job.candidate.key, verdict: verdict, reason: reason)
    try folder.journal.append(entry)
    report.count(entry)
  }
}

extension FailureReason {
  init(_ kind: Refusal.Kind) {
    self =
      switch kind {
      case .notAPicture: .notAPicture
      case .unsupportedFormat: .unsupportedFormat
      case .tooLarge: .tooLarge
      case .unreadable: .unreadable
      case .truncated, .corrupt, .timedOut, .outOfMemory, .poison: .broken
      }
  }
}
