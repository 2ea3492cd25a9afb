import SystemPackage
import WinnowCore

/// Decides, from what was seen of all files, which are kept, under which names, and which are left out and why. No I/O;
/// the same sightings give the same plan.
struct CleaningPlan {
  let settings: CleaningSettings
  let files: any RandomAccessCollection<DatasetFile>
  let layout: DatasetFolder.Layout

  /// - Parameters:
  ///   - sightings: one a file.
  ///   - near: the pictures to be compared, added in the order of `compared`.
  ///   - compared: indices of files.
  ///   - groups: of each that was compared the smallest number that it is the same as.
  ///   - heldOut: what heads say of the pictures that were compared, if there are any.
  func report(
    _ sightings: [Sighting], near: borrowing NearDuplicates, compared: [Int], groups: [Int], heldOut: HeldOutOpinions?
  ) -> CleanReport {
    let files = Array(files)
    var report = CleanReport(
      folder: settings.folder.escaped, output: settings.output.escaped, isDryRun: settings.isDryRun,
      name: settings.name, limits: settings.limits)
    var fates = sightings.map { Fate(reason: $0.fault, detail: $0.detail) }
    for index in files.indices where layout != .oneClass && files[index].label == nil {
      fates[index] = Fate(reason: .noClass, detail: "it lies in no class folder")
    }
    leaveExactDuplicates(&fates, sightings)
    leaveNearDuplicates(&fates, sightings, near, compared, groups)
    let inTwoClasses = fates.indices.count { index in
      fates[index].of.map { files[$0].label != files[index].label } ?? false
    }
    if inTwoClasses > 0 {
      report.warnings.append("\(inTwoClasses) pictures lie in another class as well; see which label is right")
    }
    var numbers: [FilePath: Int] = [:]
    for index in files.indices {
      let sighting = sightings[index]
      if fates[index].reason != nil {
        report.leftOut.append(leftOut(files[index], fates[index], sighting, files))
      } else {
        let folder = Self.folder(of: files[index], layout)
        numbers[folder, default: 0] += 1
        let name = CleanedName.name(files[index], settings, number: numbers[folder, default: 1])
        report.kept.append(
          CleanReport.Kept(
            file: files[index].path, to: folder.pushing(name), converted: sighting.needsConversion,
            sha256: sighting.sha256 ?? "", size: sighting.size))
      }
    }
    let doubts = doubts(fates, sightings, files, heldOut, compared, &report.warnings)
    report.doubts = doubts.map { doubt in
      leftOut(
        files[doubt.index], Fate(reason: .labelDoubt, detail: "the model takes it for \(doubt.instead)"),
        sightings[doubt.index], files)
    }
    return report
  }

  private struct Fate {
    var reason: LeaveReason?
    var of: Int?
    var detail: String?
  }

  private func leftOut(
    _ file: DatasetFile, _ fate: Fate, _ sighting: Sighting, _ files: [DatasetFile]
  ) -> CleanReport.LeftOut {
    CleanReport.LeftOut(
      file: file.path, reason: fate.reason ?? .unreadable, of: fate.of.map { files[$0].path }, detail: fate.detail,
      sha256: sighting.sha256)
  }

  /// The first of equal files stays.
  private func leaveExactDuplicates(_ fates: inout [Fate], _ sightings: [Sighting]) {
    var first: [String: Int] = [:]
    for index in fates.indices where fates[index].reason == nil {
      guard let digest = sightings[index].sha256 else { continue }
      if let other = first[digest] {
        fates[index] = Fate(reason: .exactDuplicate, of: other)
      } else {
        first[digest] = index
      }
    }
  }

  /// Of each group the largest stay, and with them whatever looks like none of those that stay.
  private func leaveNearDuplicates(
    _ fates: inout [Fate], _ sightings: [Sighting], _ near: borrowing NearDuplicates, _ compared: [Int],
    _ groups: [Int]
  ) {
    var members: [Int: [Int]] = [:]
    for (number, group) in groups.enumerated() where fates[compared[number]].reason == nil {
      members[group, default: []].append(number)
    }
    for group in members.values where group.count > 1 {
      let largestFirst = group.sorted { first, second in
        let (one, other) = (sightings[compared[first]], sightings[compared[second]])
        return (-one.pixels, -one.size, first) < (-other.pixels, -other.size, second)
      }
      var staying: [Int] = []
      for number in largestFirst {
        if let other = staying.first(where: { near.areSame($0, number) }) {
          fates[compared[number]] = Fate(reason: .nearDuplicate, of: compared[other])
        } else {
          staying.append(number)
        }
      }
    }
  }

  /// Kept pictures whose label the model doubts, and the class it takes them for, the strongest doubt first.
  private func doubts(
    _ fates: [Fate], _ sightings: [Sighting], _ files: [DatasetFile], _ heldOut: HeldOutOpinions?, _ compared: [Int],
    _ warnings: inout [String]
  ) -> [(index: Int, instead: String)] {
    guard let model = settings.model else { return [] }
    var opinions = [LabelDoubts.Opinion?](repeating: nil, count: files.count)
    let classes: [String]
    if let heldOut, heldOut.opinions.contains(where: { $0 != nil }) {
      classes = heldOut.classes
      for (number, opinion) in heldOut.opinions.enumerated() { opinions[compared[number]] = opinion }
    } else {
      classes = model.classes
      opinions = ownOpinions(model, sightings, files)
      guard opinions.contains(where: { $0 != nil }) else {
        warnings.append(
          "no label was doubted: the model knows none of the classes, and there are too few pictures to learn them")
        return []
      }
      warnings.append("the model may have been trained on these pictures, so it doubts fewer labels than it should")
    }
    let doubts = LabelDoubts.doubted(opinions, classCount: classes.count)
    return files.indices.compactMap { index in
      fates[index].reason == nil ? doubts[index].map { (index, $0) } : nil
    }.sorted { ($1.1.margin, $0.0) < ($0.1.margin, $1.0) }.map { ($0.0, classes[$0.1.instead]) }
  }

  /// What the model itself says, of the pictures whose class it knows.
  private func ownOpinions(
    _ model: DoubtingModel, _ sightings: [Sighting], _ files: [DatasetFile]
  ) -> [LabelDoubts.Opinion?] {
    let indices = Dictionary(model.classes.enumerated().map { (Array($0.element.utf8), $0.offset) }) { first, _ in first
    }
    return files.indices.map { index in
      guard let label = files[index].label ?? files[index].folderName(settings), let known = indices[label],
        !sightings[index].classes.isEmpty
      else { return nil }
      return LabelDoubts.Opinion(
        label: known, classes: sightings[index].classes, probabilities: sightings[index].probabilities)
    }
  }

  /// Where the pictures of a file's class go, relative to the cleaned folder.
  static func folder(of file: DatasetFile, _ layout: DatasetFolder.Layout) -> FilePath {
    let depth =
      switch layout {
      case .oneClass: 0
      case .classes: 1
      case .parts: 2
      }
    return FilePath(root: nil, file.path.components.prefix(depth))
  }
}

extension DatasetFile {
  /// The name of the data set's folder, as the label of a folder of one class.
  fileprivate func folderName(_ settings: CleaningSettings) -> [UInt8]? {
    settings.folder.lexicallyNormalized().lastComponent.map { FilePath(root: nil, [$0]).bytes }
  }
}
