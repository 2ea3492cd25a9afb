import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowCrawl
import WinnowDataset
import WinnowFiles
import WinnowJobProgram
import WinnowSupervision

/// Which module does which work on data sets.
struct DatasetDesk {
  /// Bytes of decisions that are read at most; chosen, not measured.
  private static let largestFile = 256 << 20

  let library: ModelLibrary
  let cancellation: Cancellation
  let output: JobOutput

  func answer(_ request: DatasetRequest) throws(WinnowError) {
    switch request {
    case .crawl(let request): output.finish(try crawl(request))
    case .clean(let request): output.finish(try clean(request))
    case .split(let request): output.finish(try split(request))
    case .check(let request):
      let check = SplitCheck(
        folder: request.folder, looker: try looker(), cancellation: cancellation, report: output.progress)
      output.finish(try check.run())
    case .info(let request):
      let description = DatasetDescription(
        folder: request.folder, page: request.page, looker: try looker(), cancellation: cancellation,
        report: output.progress)
      output.finish(try description.run())
    case .sources: output.finish(try sources())
    }
  }

  private func split(_ request: SplitRequest) throws(WinnowError) -> SplitReport {
    guard let placing = SplitPlacing(rawValue: request.placing ?? SplitPlacing.copy.rawValue) else {
      throw WinnowError(
        .invalidInput, "pictures cannot be placed by \"\(request.placing ?? "")\"",
        remedy: "use " + SplitPlacing.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard let seed = UInt64(exactly: request.seed) else {
      throw WinnowError(.invalidInput, "the seed \(request.seed) is below 0", remedy: "use 0 or a larger number")
    }
    let settings = SplitSettings(
      folder: request.folder, ratios: try SplitRatios(request.ratios ?? SplitRatios.usual), seed: seed,
      placing: placing)
    return try DatasetSplitting(
      settings: settings, looker: try looker(), cancellation: cancellation, report: output.progress
    ).run()
  }

  private func crawl(_ request: CrawlRequest) throws(WinnowError) -> CrawlReport {
    guard let kind = SourceKind(rawValue: request.source) else {
      throw WinnowError(
        .invalidInput, "there is no source \"\(request.source)\"",
        remedy: "use " + SourceKind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    var web = WebSettings(version: ProductVersion.current, contact: request.contact)
    if let rate = request.rate {
      guard rate > 0 else {
        throw WinnowError(.invalidInput, "the rate \(rate) is not above 0", remedy: "use 4, or less")
      }
      web.perHostRate = rate
    }
    web.allowedHosts = try request.allowedHosts.map { (text) throws(WinnowError) in try AllowedHost(text) }
    var settings = CrawlSettings(subject: try subject(of: request, kind), into: request.into, web: web)
    settings.wanted = request.count
    if let base = request.base { settings.baseAddresses = [kind: base] }
    if let side = request.minSide { settings.minSide = side }
    return try Crawl(
      settings: settings, looker: try looker(), cancellation: cancellation, report: output.progress
    ).run()
  }

  private func subject(of request: CrawlRequest, _ kind: SourceKind) throws(WinnowError) -> CrawlSubject {
    switch (kind, request.keyword, request.from) {
    case (.page, let address?, _): return .page(address)
    case (.list, _, let path?): return .list(path)
    case (.folder, _, let path?): return .folder(path)
    case (.baidu, let keyword?, _), (.wikimedia, let keyword?, _), (.openverse, let keyword?, _):
      return .keyword(keyword, kind)
    default:
      throw WinnowError(.invalidInput, "the source \(kind.rawValue) needs \(kind.needs)", remedy: "say which")
    }
  }

  private func clean(_ request: CleanRequest) throws(WinnowError) -> CleanSummary {
    var settings = CleaningSettings(folder: request.folder)
    settings.name = request.name
    settings.isDryRun = request.dryRun
    if let model = request.model {
      let classes = try library.bundle(ModelReference(model)).classes.labels.map(\.text)
      settings.model = DoubtingModel(classes: classes)
    }
    let cleaning = DatasetCleaning(
      settings: settings, looker: try looker(request.model), cancellation: cancellation, report: output.progress)
    guard let file = request.apply else { return CleanSummary(try cleaning.run()) }
    return CleanSummary(try cleaning.apply(CleaningDecisions(json: try read(file))))
  }

  /// A small file whole.
  private func read(_ path: FilePath) throws(WinnowError) -> [UInt8] {
    let fileSystem = LinuxFileSystem()
    do throws(SystemFault) {
      guard let name = path.lastComponent else { throw SystemFault("read", errno: SystemFault.irregularFileErrno) }
      let folder = try Root(opening: path.removingLastComponent(), on: fileSystem)
      return try fileSystem.contents(
        of: FilePath(root: nil, components: name), in: folder.raw, atMost: Self.largestFile)
    } catch {
      throw error.about(path.escaped)
    }
  }

  private struct Sources: Codable {
    let sources: [SourceHealth]
  }

  private func sources() throws(WinnowError) -> Sources {
    let web = WebSettings(version: ProductVersion.current, contact: nil)
    return Sources(sources: try SourcesCheck(web: web, cancellation: cancellation).run())
  }

  /// - Parameter model: whose scores are wanted; none without it.
  private func looker(_ model: String? = nil) throws(WinnowError) -> WorkerLooking {
    let bundle = try model.map { (name) throws(WinnowError) in try library.resolve(ModelReference(name)).path }
    return WorkerLooking(
      program: try ProgramLocation.ofThisProcess().path(of: .worker), bundle: bundle, cancellation: cancellation)
  }
}
