import SystemPackage
import WinnowControlAPI
import WinnowCore

/// What becomes of every file of a split, decided before the first one is placed.
struct SplitPlan {
  private let folder: DatasetFolder
  private let survey: DatasetSurvey
  private let kinship: PictureKinship
  private var head: SplitManifest.Head
  /// Classes by number, as they are met in the files' order.
  private let labels: [FilePath]
  /// Of each picture: its class, and its part as an index of `parts`.
  private let classes: [Int]
  private let partOfPicture: [Int]
  private let parts: [DatasetPart]
  /// Files in no class folder.
  private let loose: [Int]

  /// Sentences about single pictures are kept to so many.
  private static let mostSentences = 20

  /// - Throws: `.notFound` where there is no picture.
  init(
    _ folder: DatasetFolder, _ survey: DatasetSurvey, _ settings: SplitSettings, output: FilePath
  ) throws(WinnowError) {
    let own = settings.folder.lastComponent.map { FilePath(root: nil, components: $0) } ?? FilePath()
    var numbers: [FilePath: Int] = [:]
    var labels: [FilePath] = []
    var loose: [Int] = []
    var classes: [Int] = []
    for picture in survey.pictures {
      let file = folder.files[Int(picture.file)]
      guard folder.layout == .oneClass || file.label != nil else {
        loose.append(Int(picture.file))
        classes.append(-1)
        continue
      }
      let label = file.label.map { FilePath(bytes: $0) } ?? own
      let number = numbers[label] ?? labels.count
      if number == labels.count {
        numbers[label] = number
        labels.append(label)
      }
      classes.append(number)
    }
    guard !labels.isEmpty else {
      throw WinnowError(
        .notFound, "there is no picture to split in \(settings.folder.escaped)",
        remedy: folder.files.isEmpty
          ? "name a folder of class folders" : "see what its files are with winnowctl dataset info")
    }
    let kinship = PictureKinship(survey)
    let parts = settings.ratios.parts
    // Members of a group one after the other, the first one first.
    let order = classes.indices.filter { classes[$0] >= 0 }
      .sorted { (kinship.groups[$0], $0) < (kinship.groups[$1], $1) }
    var groups: [SplitAssignment.Group] = []
    var groupOfPicture = [Int32](repeating: -1, count: classes.count)
    for members in order.chunked(by: { kinship.groups[$0] == kinship.groups[$1] }) {
      var counts: [Int: Int] = [:]
      for index in members {
        counts[classes[index], default: 0] += 1
        groupOfPicture[index] = Int32(groups.count)
      }
      let first = folder.files[Int(survey.pictures[members[members.startIndex]].file)]
      groups.append(.init(key: first.path.bytes, counts: counts))
    }
    let assignment = SplitAssignment(
      groups, shares: parts.map { settings.ratios.shares[$0] ?? 0 }, seed: settings.seed)

    self.folder = folder
    self.survey = survey
    self.kinship = kinship
    self.labels = labels
    self.classes = classes
    self.parts = parts
    self.loose = loose
    partOfPicture = groupOfPicture.map { $0 < 0 ? 0 : assignment.parts[Int($0)] }
    head = SplitManifest.Head(
      report: SplitReport(
        folder: settings.folder, output: output, ratios: settings.ratios.text, seed: settings.seed,
        placing: settings.placing.rawValue, pictures: classes.count { $0 >= 0 }, classes: [],
        leftOut: survey.rejects.count + loose.count + folder.oddities.count, warnings: []),
      shares: Dictionary(uniqueKeysWithValues: parts.map { ($0.rawValue, settings.ratios.shares[$0] ?? 0) }))
    countClasses(groups)
    head.report.warnings = emptyParts() + largeGroups() + picturesInTwoClasses()
  }

  private mutating func countClasses(_ groups: [SplitAssignment.Group]) {
    let none = Dictionary(uniqueKeysWithValues: parts.map { ($0.rawValue, 0) })
    var found = labels.map { SplitReport.ClassCounts(label: $0, parts: none, groups: 0, largestGroup: 0) }
    for (index, label) in classes.enumerated() where label >= 0 {
      found[label].parts[parts[partOfPicture[index]].rawValue, default: 0] += 1
    }
    for (label, count) in groups.lazy.map(\.counts).joined() {
      found[label].groups += 1
      found[label].largestGroup = max(found[label].largestGroup, count)
    }
    head.report.classes = found.sorted { $0.label.bytes.lexicographicallyPrecedes($1.label.bytes) }
  }

  private func emptyParts() -> [String] {
    head.report.classes.compactMap { counts in
      let empty = parts.map(\.rawValue).filter { counts.parts[$0] == 0 }
      guard !empty.isEmpty else { return nil }
      let total = counts.parts.values.reduce(0, +)
      return "class \(counts.label.escaped) is not in \(empty.joined(separator: " and ")): its \(total) pictures are "
        + "\(counts.groups) that do not belong together, and it takes \(parts.count)"
    }
  }

  private func largeGroups() -> [String] {
    head.report.classes.compactMap { counts in
      let total = counts.parts.values.reduce(0, +)
      guard counts.largestGroup > 2, counts.largestGroup * 2 > total else { return nil }
      return "\(counts.largestGroup) of the \(total) pictures of class \(counts.label.escaped) belong together and lie "
        + "in one part"
    }
  }

  private func picturesInTwoClasses() -> [String] {
    let found = kinship.links.filter { link in
      link.reason != .burst && classes[link.first] != classes[link.second]
        && min(classes[link.first], classes[link.second]) >= 0
    }
    let sentences = found.prefix(Self.mostSentences).map { link in
      let (first, second) = (path(link.first), path(link.second))
      return link.reason == .exactDuplicate
        ? "\(first) and \(second) are the same picture in two classes"
        : "\(first) and \(second) look the same and lie in two classes"
    }
    let more = found.count - sentences.count
    return sentences + (more > 0 ? ["\(more) more pictures lie in two classes"] : [])
  }

  private func path(_ picture: Int) -> String {
    folder.files[Int(survey.pictures[picture].file)].path.escaped
  }

  func write(to file: FileDescriptor) throws(WinnowError) {
    let writer = try SplitManifest.Writer(file, head)
    for (index, picture) in survey.pictures.enumerated() where classes[index] >= 0 {
      let file = folder.files[Int(picture.file)]
      let part = parts[partOfPicture[index]]
      var place = FilePath(part.rawValue)
      if file.label == nil { place = place.pushing(labels[classes[index]]) }
      try writer.add(
        SplitManifest.Entry(
          file: file.path, to: place.pushing(file.path), part: part, label: labels[classes[index]],
          group: kinship.groups[index] + 1, why: kinship.reasons[index], size: file.size, sha256: picture.digest.hex))
    }
    try writer.beginLeftOut()
    for reject in survey.rejects {
      try writer.add(
        SplitManifest.LeftOut(
          file: folder.files[Int(reject.file)].path, reason: reject.reason, detail: reject.detail))
    }
    for index in loose {
      try writer.add(
        SplitManifest.LeftOut(
          file: folder.files[index].path, reason: "no_class", detail: "it lies in no class folder"))
    }
    for oddity in folder.oddities {
      try writer.add(
        SplitManifest.LeftOut(file: oddity.path, reason: oddity.kind.rawValue, detail: oddity.reason))
    }
    try writer.finish()
  }
}

extension Array {
  /// The longest runs of neighbours that belong together.
  fileprivate func chunked(by belong: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
    var chunks: [ArraySlice<Element>] = []
    var start = startIndex
    for index in indices.dropFirst() where !belong(self[index - 1], self[index]) {
      chunks.append(self[start..<index])
      start = index
    }
    return isEmpty ? [] : chunks + [self[start...]]
  }
}
