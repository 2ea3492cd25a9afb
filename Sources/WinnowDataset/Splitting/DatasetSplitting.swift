import Glibc
public import SystemPackage
public import WinnowControlAPI
public import WinnowCore
import WinnowFiles
public import WinnowSupervision

/// What to split, and how.
public struct SplitSettings: Hashable, Sendable {
  /// Absolute.
  public var folder: FilePath
  public var ratios: SplitRatios
  public var seed: UInt64
  public var placing: SplitPlacing

  public init(folder: FilePath, ratios: SplitRatios, seed: UInt64 = 0, placing: SplitPlacing = .copy) {
    self.folder = folder
    self.ratios = ratios
    self.seed = seed
    self.placing = placing
  }

  /// `DIR_split`, beside the folder.
  ///
  /// - Throws: `.invalidInput` for the root of the file system, which nothing lies beside.
  public var output: FilePath {
    get throws(WinnowError) {
      guard let name = folder.lastComponent, name.kind == .regular else {
        throw WinnowError(.invalidInput, "\(folder.escaped) has no name of its own", remedy: "name the folder itself")
      }
      let bytes = FilePath(root: nil, components: name).bytes
      return folder.removingLastComponent().pushing(FilePath(bytes: bytes + Array("_split".utf8)))
    }
  }
}

/// Splits a data set into parts: `DIR_split/train/rose/1.jpg` and so on, with a `manifest.json`. The folder itself is
/// only read.
///
/// First every picture is looked at and the whole plan is made and laid down; then the files are placed by it. An
/// interrupted run that has its plan goes on by it, whatever has happened to the folder since.
public struct DatasetSplitting<Looker: PictureLooking> {
  private let settings: SplitSettings
  private let looker: Looker
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  /// Of the work as far as people wait for it, the share that is looking.
  private static var lookingShare: Double { 0.8 }

  public init(
    settings: SplitSettings, looker: Looker, cancellation: Cancellation, report: @escaping (Double, String) -> Void
  ) {
    self.settings = settings
    self.looker = looker
    self.cancellation = cancellation
    self.report = report
  }

  /// - Throws: `.alreadyExists` where the output is there and is not an unfinished split with the same ratios and seed;
  ///   `.jobCancelled`; what concerns the folder or the disk as a whole.
  public func run() throws(WinnowError) -> SplitReport {
    let folder = try DatasetFolder(opening: settings.folder, cancellation: cancellation)
    guard folder.layout != .parts else {
      throw WinnowError(
        .invalidInput, "\(settings.folder.escaped) holds parts already",
        remedy: "look for leaks with --check, or split a folder of class folders")
    }
    let output = try SplitOutput(settings)
    let isResuming = output.hasPlan
    if !isResuming {
      let survey = try DatasetSurvey(of: folder, by: looker, cancellation: cancellation) { share, text in
        report(share * Self.lookingShare, text)
      }
      try output.lay(try SplitPlan(folder, survey, settings, output: output.path))
    }
    let placer = SplitPlacer(from: folder, into: try output.root, placing: settings.placing, isResuming: isResuming)
    defer { placer.giveUp() }
    let provenance = CarriedProvenance(from: folder.root, into: try output.root)
    var failures: [FilePath: String] = [:]
    var (placed, total) = (0, 0)
    try output.readPlan { head in
      total = max(1, head.report.pictures)
      return true
    } entry: { entry throws(WinnowError) in
      try cancellation.check()
      if let reason = try placer.place(entry) {
        failures[entry.file] = reason
      } else {
        provenance.add(entry.file, sha256: entry.sha256, to: entry.to)
      }
      placed += 1
      if placed % max(1, total / 1000) == 0 {
        report(
          Self.lookingShare + (1 - Self.lookingShare) * Double(placed) / Double(total), "placed \(placed) of \(total)")
      }
    }
    try placer.finish()
    try provenance.write()
    return try output.publish(without: failures)
  }
}
