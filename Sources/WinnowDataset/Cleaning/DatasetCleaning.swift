import FoundationEssentials
import SystemPackage
public import WinnowCore
public import WinnowFiles
public import WinnowSupervision

/// Makes a clean copy of a data set beside it: sound pictures under plain names, and a report of what was left out.
///
/// The original is never touched. A run that was stopped goes on where it was: what it saw stands in a journal within
/// the new folder, what it decided in a plan, and a picture that is there is whole.
public final class DatasetCleaning {
  let settings: CleaningSettings
  let looker: any PictureLooking
  let cancellation: Cancellation
  let report: (Double, String) -> Void
  let fileSystem: any FileSystem

  /// - Parameters:
  ///   - looker: its worker has the model of `settings.model`, where there is one.
  ///   - report: told how far it is, 0 to 1, with a few words.
  public init(
    settings: CleaningSettings, looker: any PictureLooking, cancellation: Cancellation,
    report: @escaping (Double, String) -> Void = { _, _ in }, on fileSystem: any FileSystem = LinuxFileSystem()
  ) {
    self.settings = settings
    self.looker = looker
    self.cancellation = cancellation
    self.report = report
    self.fileSystem = fileSystem
  }

  /// Does all of it, or what an earlier run left to be done.
  ///
  /// - Throws: `.alreadyExists` where the new folder is there and no unfinished run of the same; `.invalidInput`;
  ///   `.jobCancelled`; what the file system says, also about a single file that cannot be written.
  public func run() throws(WinnowError) -> CleanReport {
    try settings.check()
    report(0, "reading the folder")
    let folder = try DatasetFolder(opening: settings.folder, cancellation: cancellation)
    if settings.isDryRun { return try plan(folder, nil) }
    let output = try CleaningOutput(takingUp: settings.output, on: fileSystem)
    let result: CleanReport
    let isPlanned = try output.contains(CleaningOutput.planName)
    if isPlanned {
      result = try CleanReportFile.read(CleaningOutput.planName, in: output)
      guard result.folder == settings.folder.escaped, result.name == settings.name, result.limits == settings.limits
      else {
        throw WinnowError(
          .alreadyExists, "\(output.path.escaped) is of an unfinished run with other settings",
          remedy: "repeat the settings of that run, or move its folder away; Winnow never deletes one")
      }
    } else {
      result = try plan(folder, try output.openJournal(journalHead))
      try output.replace(CleaningOutput.planName, with: CleanReportFile.chunks(result))
    }
    return try carryOut(result, folder, output, mayBeThere: isPlanned)
  }

  /// Brings the new folder to what `plan` says, and ends with the report.
  func carryOut(
    _ plan: CleanReport, _ folder: DatasetFolder, _ output: CleaningOutput, mayBeThere: Bool
  ) throws(WinnowError) -> CleanReport {
    let placing = PicturePlacing(folder: folder, output: output, looker: looker, cancellation: cancellation)
    if mayBeThere { try placing.setAside(plan) }
    let result = try placing.place(plan, mayBeThere: mayBeThere) { [report] in report(0.7 + 0.25 * $0, $1) }
    report(0.95, "writing the report")
    let provenance = CarriedProvenance(from: folder.root, into: output.root)
    for kept in result.kept {
      provenance.add(kept.file, sha256: kept.sha256, to: kept.to, isConverted: kept.converted)
    }
    try provenance.write()
    let page = CleaningPage(folder: folder, looker: looker)
    try output.replace(CleaningOutput.pageName, with: page.chunks(result))
    try output.replace(CleaningOutput.reportName, with: CleanReportFile.chunks(result))
    try output.remove(CleaningOutput.journalName)
    try output.remove(CleaningOutput.planName)
    report(1, "done")
    return result
  }

  private var journalHead: CleaningJournal.Head {
    CleaningJournal.Head(
      folder: settings.folder.escaped, name: settings.name, limits: settings.limits, classes: settings.model?.classes)
  }

  // MARK: - Seeing and deciding

  private func plan(_ folder: DatasetFolder, _ journal: CleaningJournal?) throws(WinnowError) -> CleanReport {
    var seen = Seen(count: folder.files.count)
    var isReading = journal != nil
    var start = 0
    while isReading, start < folder.files.count, let journal {
      let file = folder.files[start]
      if let line = try journal.recall(file.path, size: file.size, modified: file.modified) {
        seen.recall(line, at: start)
        start += 1
      } else {
        isReading = false
      }
    }
    // From the first file that is new or changed on, all are looked at: what an earlier run saw of the rest is little.
    try journal?.endReading()
    do throws(WinnowError) {
      try look(folder, from: start, &seen, journal)
    } catch {
      // What was seen until then is kept for the next run.
      try? journal?.flush()
      throw error
    }
    try journal?.flush()
    report(0.6, "comparing the pictures")
    try cancellation.check()
    let plan = CleaningPlan(settings: settings, files: folder.files, layout: folder.layout)
    let groups = seen.near.groups()
    var heldOut: HeldOutOpinions?
    if let features = seen.features, features.count == seen.compared.count {
      report(0.65, "teaching heads, to see which labels they doubt")
      try cancellation.check()
      heldOut = HeldOutOpinions(features, labels: seen.compared.map { folder.files[$0].label }, groups: groups)
    }
    var result = plan.report(
      seen.sightings, near: seen.near, compared: seen.compared, groups: groups, heldOut: heldOut)
    if let problem = seen.near.problem { throw problem }
    result.warnings += folder.oddities.prefix(100).map { "\($0.path.escaped): \($0.reason)" }
    return result
  }

  /// What is known of the files.
  private struct Seen: ~Copyable {
    var sightings: [Sighting]
    var near = NearDuplicates()
    /// Indices of the files in `near`.
    var compared: [Int] = []
    /// Of the files in `near`, where the worker has a model that gives features.
    var features: FeatureSpill? = FeatureSpill()

    init(count: Int) { sightings = Array(repeating: Sighting(fault: .unreadable), count: count) }

    mutating func recall(_ line: CleaningJournal.Line, at index: Int) {
      sightings[index] = line.sighting
      guard let bytes = line.signature.map(Array.init) else { return }
      let lumaCount = PictureSignature.lumaSide * PictureSignature.lumaSide
      let signature = PictureSignature(luma: Array(bytes.prefix(lumaCount)), colour: Array(bytes.dropFirst(lumaCount)))
      add(signature, Self.floats(line.feature), at: index)
    }

    mutating func add(_ signature: PictureSignature, _ feature: [Float], at index: Int) {
      near.add(signature, feature: feature)
      compared.append(index)
      // One without makes the others useless.
      if features?.append(feature) == false { features = nil }
    }

    private static func floats(_ data: Data?) -> [Float] {
      guard let data else { return [] }
      let bytes = Array(data)
      return bytes.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map {
          Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
        }
      }
    }
  }

  private func look(
    _ folder: DatasetFolder, from start: Int, _ seen: inout Seen, _ journal: CleaningJournal?
  ) throws(WinnowError) {
    let count = folder.files.count
    guard start < count else { return }
    try looker.look(at: folder.subjects(at: start..<count), LookWishes()) { number, outcome throws(WinnowError) in
      try cancellation.check()
      let index = start + number
      let file = folder.files[index]
      var line = CleaningJournal.Line(
        path: Data(file.path.bytes).base64EncodedString(), size: file.size, modified: file.modified.nanoseconds,
        sighting: sighting(outcome))
      seen.sightings[index] = line.sighting
      if case .looked(let look, _) = outcome, line.sighting.fault == nil {
        seen.add(look.signature, look.feature, at: index)
        line.signature = Data(look.signature.luma + look.signature.colour)
        if !look.feature.isEmpty {
          line.feature = Data(look.feature.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
        }
      }
      try journal?.append(line)
      report(0.05 + 0.55 * Double(index + 1) / Double(count), "looked at \(index + 1) of \(count) files")
    }
  }

  private func sighting(_ outcome: LookOutcome) -> Sighting {
    switch outcome {
    case .looked(let look, _): Sighting(look, settings.limits)
    case .refused(let refusal, let digest): Sighting(refused: refusal, digest: digest)
    case .unreadable(let error): Sighting(fault: .unreadable, detail: error.message)
    }
  }
}
