import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowSupervision

/// Puts the pictures of a plan into the cleaned folder: the bytes of some, JPEGs made of others.
struct PicturePlacing {
  let folder: DatasetFolder
  let output: CleaningOutput
  let looker: any PictureLooking
  let cancellation: Cancellation

  /// Moves the pictures that a person decided against out of the classes, and those back that are wanted again.
  func setAside(_ plan: CleanReport) throws(WinnowError) {
    for entry in plan.leftOut {
      guard let aside = entry.movedTo else { continue }
      try cancellation.check()
      try move(FilePath(root: nil, aside.components.dropFirst()), to: aside)
    }
    for kept in plan.kept { try move(CleaningOutput.leftOutFolder.pushing(kept.to), to: kept.to) }
  }

  /// Does nothing where that was done before.
  private func move(_ file: FilePath, to target: FilePath) throws(WinnowError) {
    guard try output.size(of: file) != nil, try output.size(of: target) == nil else { return }
    try output.move(file, to: target)
  }

  /// - Parameters:
  ///   - mayBeThere: whether an earlier run of the same plan may have placed some already.
  ///   - progress: told the share done, 0 to 1.
  /// - Returns: the plan, with those left out that have changed since they were looked at.
  /// - Throws: what the file system says about the cleaned folder; `.alreadyExists` where a name in it is taken by
  ///   something else; `.jobCancelled`.
  func place(
    _ plan: CleanReport, mayBeThere: Bool, progress: (Double, String) -> Void
  ) throws(WinnowError) -> CleanReport {
    defer { output.giveUp() }
    var failures: [Int: String] = [:]
    var toConvert: [Int] = []
    var done = 0
    func count() {
      done += 1
      progress(Double(done) / Double(max(1, plan.kept.count)), "wrote \(done) of \(plan.kept.count) pictures")
    }
    for (index, kept) in plan.kept.enumerated() {
      try cancellation.check()
      if mayBeThere, try isThere(kept) {
        count()
      } else if kept.converted {
        toConvert.append(index)
      } else {
        failures[index] = try copy(kept)
        count()
      }
    }
    if !toConvert.isEmpty {
      let subjects = toConvert.lazy.map { subject(plan.kept[$0]) }
      try looker.look(at: subjects, LookWishes(conversion: true)) { number, outcome throws(WinnowError) in
        try cancellation.check()
        failures[toConvert[number]] = try convert(plan.kept[toConvert[number]], outcome)
        count()
      }
    }
    try output.sync()
    output.giveUp(failures.keys.map { plan.kept[$0].to })
    return Self.without(failures, plan)
  }

  /// A file is placed whole or not at all, so one of the right size is the one.
  private func isThere(_ kept: CleanReport.Kept) throws(WinnowError) -> Bool {
    guard let size = try output.size(of: kept.to) else { return false }
    guard kept.converted || size == kept.size else {
      throw WinnowError(
        .alreadyExists, "\(output.path.pushing(kept.to).escaped) is another file than the one that belongs there",
        remedy: "move it away and clean once more")
    }
    return true
  }

  private func subject(_ kept: CleanReport.Kept) -> LookSubject {
    LookSubject(name: kept.file.escaped) { () throws(WinnowError) in try open(kept.file) }
  }

  private func open(_ file: FilePath) throws(WinnowError) -> OwnedDescriptor {
    try attempt(file.escaped) { () throws(SystemFault) in
      OwnedDescriptor(try folder.root.fileSystem.openFile(file, in: folder.root.raw))
    }
  }

  /// Copies the bytes.
  ///
  /// - Returns: why not, where the file is no longer the one that was looked at.
  func copy(_ kept: CleanReport.Kept) throws(WinnowError) -> String? {
    let source: OwnedDescriptor
    do throws(WinnowError) {
      source = try open(kept.file)
    } catch {
      return error.message
    }
    let raw = source.raw
    let fileSystem = folder.root.fileSystem
    do throws(WinnowError) {
      try output.place(kept.to) { target throws(WinnowError) in
        let digest = try attempt(output.path.pushing(kept.to).escaped) { () throws(SystemFault) in
          try fileSystem.copyContents(of: raw, to: target)
          return try fileSystem.digest(of: target)
        }
        guard digest.hex == kept.sha256 else { throw Self.changed(kept.file) }
      }
    } catch {
      guard error.code == .fileChanged else { throw error }
      return error.message
    }
    withExtendedLifetime(source) {}
    return nil
  }

  /// Lays down the JPEG that a look made.
  ///
  /// - Returns: why not, where there is none, or the file is no longer the one that was looked at.
  func convert(_ kept: CleanReport.Kept, _ outcome: LookOutcome) throws(WinnowError) -> String? {
    switch outcome {
    case .refused(let refusal, _): return refusal.detail
    case .unreadable(let error): return error.message
    case .looked(let look, let converted):
      guard look.facts.digest.hex == kept.sha256 else { return Self.changed(kept.file).message }
      guard let converted, converted.count > 0 else { return "no JPEG could be made of it" }
      let fileSystem = folder.root.fileSystem
      try output.place(kept.to) { target throws(WinnowError) in
        try attempt(output.path.pushing(kept.to).escaped) { () throws(SystemFault) in
          try fileSystem.copyContents(of: converted.file.descriptor.raw, to: target)
        }
      }
      return nil
    }
  }

  private static func changed(_ file: FilePath) -> WinnowError {
    WinnowError(.fileChanged, "\(file.escaped) has changed since it was looked at")
  }

  private static func without(_ failures: [Int: String], _ plan: CleanReport) -> CleanReport {
    guard !failures.isEmpty else { return plan }
    var report = plan
    report.kept = plan.kept.enumerated().filter { failures[$0.offset] == nil }.map(\.element)
    report.leftOut += failures.map { index, why in
      CleanReport.LeftOut(file: plan.kept[index].file, reason: .unreadable, detail: why)
    }
    report.leftOut.sort { $0.file.bytes.lexicographicallyPrecedes($1.file.bytes) }
    return report
  }
}

extension WinnowError.Code {
  /// A file is not the one any more that was looked at.
  static let fileChanged = Self("file_changed")
}
