import SystemPackage
public import WinnowCore
import WinnowFiles
import WinnowSupervision

extension DatasetCleaning {
  /// Applies what a person decided to the folder that was cleaned: pictures decided for come in under the next free
  /// numbers, pictures decided against move to `_left_out`, where they can be brought back from. Nothing is deleted.
  /// Applied twice, it does no more.
  ///
  /// - Throws: `.notFound` where the folder was not cleaned, or a decision names no file of its report; as `run`.
  public func apply(_ decisions: CleaningDecisions) throws(WinnowError) -> CleanReport {
    try settings.check()
    let path = settings.output
    let remedy = "clean the data set first, or let its run come to an end"
    let output: CleaningOutput
    do throws(WinnowError) {
      output = try CleaningOutput(opening: path, on: fileSystem)
    } catch {
      guard error.code == .notFound else { throw error }
      throw WinnowError(.notFound, "there is no \(path.escaped)", remedy: remedy)
    }
    let folder = try DatasetFolder(opening: settings.folder, cancellation: cancellation)
    guard try output.contains(CleaningOutput.reportName) else {
      throw WinnowError(.notFound, "\(path.escaped) has no report.json", remedy: remedy)
    }
    // Decisions whose application was stopped are in the plan; what they began is ended first.
    if try output.contains(CleaningOutput.planName), !settings.isDryRun {
      let unfinished = try CleanReportFile.read(CleaningOutput.planName, in: output)
      _ = try carryOut(unfinished, folder, output, mayBeThere: true)
    }
    let known = try CleanReportFile.read(CleaningOutput.reportName, in: output)
    let plan = try changed(known, by: decisions, folder)
    if settings.isDryRun { return plan }
    try output.replace(CleaningOutput.planName, with: CleanReportFile.chunks(plan))
    return try carryOut(plan, folder, output, mayBeThere: true)
  }

  private func changed(
    _ known: CleanReport, by decisions: CleaningDecisions, _ folder: DatasetFolder
  ) throws(WinnowError) -> CleanReport {
    var report = known
    let wishes = Dictionary(decisions.decisions.map { ($0.file, $0.keep) }) { _, last in last }
    let files = Set(known.kept.map(\.file)).union(known.leftOut.map(\.file))
    for decision in decisions.decisions where !files.contains(decision.file) {
      throw WinnowError(
        .notFound, "the report does not know \(decision.file.escaped)",
        remedy: "take the decisions from the page of this very folder")
    }
    report.kept.removeAll { wishes[$0.file] == false }
    report.leftOut.removeAll { wishes[$0.file] == true }
    report.doubts.removeAll { wishes[$0.file] != nil }
    for kept in known.kept where wishes[kept.file] == false {
      report.leftOut.append(
        CleanReport.LeftOut(
          file: kept.file, reason: .decided, sha256: kept.sha256,
          movedTo: CleaningOutput.leftOutFolder.pushing(kept.to)))
    }
    let wanted = known.leftOut.filter { wishes[$0.file] == true }
    var numbers = CleanedNumbers(known)
    let subjects = wanted.lazy.map { entry in
      LookSubject(name: entry.file.escaped) { () throws(WinnowError) in
        try attempt(entry.file.escaped) { () throws(SystemFault) in
          OwnedDescriptor(try folder.root.fileSystem.openFile(entry.file, in: folder.root.raw))
        }
      }
    }
    try looker.look(at: subjects, LookWishes()) { number, outcome throws(WinnowError) in
      try cancellation.check()
      guard case .looked(let look, _) = outcome else {
        report.leftOut.append(wanted[number])
        report.warnings.append("\(wanted[number].file.escaped) cannot be read, so it stays left out")
        return
      }
      let sighting = Sighting(look, settings.limits)
      let place = folder.layout.place(of: wanted[number].file.bytes)
      let file = DatasetFile(
        part: place.part, label: place.label, path: wanted[number].file, size: sighting.size,
        modified: Timestamp(nanoseconds: 0))
      report.kept.append(
        CleanReport.Kept(
          file: file.path, to: wanted[number].formerPlace ?? numbers.next(file, known.name, settings, folder.layout),
          converted: sighting.needsConversion, sha256: sighting.sha256 ?? "", size: sighting.size))
    }
    report.kept.sort { $0.file.bytes.lexicographicallyPrecedes($1.file.bytes) }
    report.leftOut.sort { $0.file.bytes.lexicographicallyPrecedes($1.file.bytes) }
    return report
  }
}

extension CleanReport.LeftOut {
  /// Where it lay before a person decided against it.
  fileprivate var formerPlace: FilePath? { movedTo.map { FilePath(root: nil, $0.components.dropFirst()) } }
}

/// The next free number in each folder of a cleaned data set.
private struct CleanedNumbers {
  private var last: [FilePath: Int] = [:]

  init(_ report: CleanReport) {
    let aside = report.leftOut.compactMap(\.formerPlace)
    for place in report.kept.map(\.to) + aside {
      let digits = place.bytes.dropLast(4).reversed().prefix { (0x30...0x39).contains($0) }
      let number = Int(String(decoding: digits.reversed(), as: UTF8.self)) ?? 0
      let folder = place.removingLastComponent()
      last[folder] = max(last[folder] ?? 0, number)
    }
  }

  mutating func next(
    _ file: DatasetFile, _ name: String?, _ settings: CleaningSettings, _ layout: DatasetFolder.Layout
  ) -> FilePath {
    let folder = CleaningPlan.folder(of: file, layout)
    last[folder, default: 0] += 1
    var settings = settings
    settings.name = name
    return folder.pushing(CleanedName.name(file, settings, number: last[folder, default: 1]))
  }
}
