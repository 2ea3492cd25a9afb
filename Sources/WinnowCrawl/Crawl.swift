public import WinnowCore
public import WinnowDataset
import WinnowFiles
public import WinnowSupervision

/// Collects pictures from a source into a folder. Each is looked at in a worker before it counts.
///
/// The network, the folder and the worker are driven on the calling thread: while the worker looks at some, others are
/// on their way. Ended at any point and run again, it goes on where it was.
public struct Crawl<Looker: PictureLooking> {
  private let settings: CrawlSettings
  private let looker: Looker
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  /// - Parameter report: is told how far it is, 0 to 1, in a few words.
  public init(
    settings: CrawlSettings, looker: Looker, cancellation: Cancellation,
    report: @escaping (Double, String) -> Void = { _, _ in }
  ) {
    self.settings = settings
    self.looker = looker
    self.cancellation = cancellation
    self.report = report
  }

  /// - Throws: `.nothingFound` where the source knows of no picture; `.sourceUnavailable` and `.sourceChanged` where it
  ///   gave none before that; `.jobCancelled`; a fault of the disk; what `PictureLooking` throws.
  public func run() throws(WinnowError) -> CrawlReport {
    let intake = try CrawlIntake(settings, cancellation)
    try recognise(intake)
    while !intake.isOver {
      try looker.look(at: Arrivals(intake: intake), LookWishes()) { _, outcome throws(WinnowError) in
        try intake.judge(outcome)
        report(intake.progress, intake.report.line)
      }
      try cancellation.check()
      if let problem = intake.problem { throw problem }
    }
    return try intake.finish()
  }

  /// Looks at what lies in the folder already, so that none of it comes a second time.
  private func recognise(_ intake: CrawlIntake) throws(WinnowError) {
    let files = try intake.presentFiles()
    if files.isEmpty { return }
    report(0, "looking at \(files.count) files that are there")
    try looker.look(at: files.lazy.map { intake.subject(present: $0) }, LookWishes()) {
      _, outcome throws(WinnowError) in
      if case .looked(let look, _) = outcome { intake.know(look) }
    }
  }
}

/// What comes from the network, for a look at it; waits for it.
private struct Arrivals: Sequence, IteratorProtocol {
  let intake: CrawlIntake

  func next() -> LookSubject? { intake.nextSubject() }
}
