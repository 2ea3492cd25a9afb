import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowFiles

/// Counts what `DatasetInfoReport` says, a picture at a time.
struct DatasetTally {
  /// Pictures with a shorter side are called tiny, in pixels; chosen, not measured.
  static let tinySide = 64
  /// Problems that are listed; all are counted.
  static let mostProblems = 1000

  private let folder: DatasetFolder
  private var info: DatasetInfoReport
  private var entries: [FilePath: DatasetInfoReport.ClassEntry] = [:]
  private let own: FilePath
  /// The shorter side of each picture.
  private var sides: [Int32] = []

  init(_ folder: DatasetFolder) {
    self.folder = folder
    info = DatasetInfoReport(folder: folder.root.path, layout: folder.layout.rawValue)
    own = folder.root.path.lastComponent.map { FilePath(root: nil, components: $0) } ?? "."
    for found in folder.classFolders {
      let label = FilePath(bytes: found.label)
      entries[label] = entries[label] ?? .init(label: label)
      if let part = found.part { entries[label]?.parts[part.rawValue] = 0 }
    }
  }

  mutating func add(_ index: Int, _ look: PictureLook) {
    let file = folder.files[index]
    info.pictures += 1
    info.bytes += file.size
    info.formats[look.facts.format, default: 0] += 1
    info.colours[look.storage.colour.rawValue, default: 0] += 1
    let side = min(look.facts.width, look.facts.height)
    sides.append(Int32(clamping: side))
    if side < Self.tinySide {
      note("tiny", file.path, detail: "\(look.facts.width) × \(look.facts.height) pixels")
    }
    guard let label = label(of: file) else { return note("no_class", file.path, detail: "it lies in no class folder") }
    var entry = entries[label] ?? .init(label: label)
    entry.pictures += 1
    entry.bytes += file.size
    if let part = file.part { entry.parts[part.rawValue, default: 0] += 1 }
    entries[label] = entry
  }

  private func label(of file: DatasetFile) -> FilePath? {
    folder.layout == .oneClass ? own : file.label.map { FilePath(bytes: $0) }
  }

  private mutating func note(_ kind: String, _ file: FilePath, of other: FilePath? = nil, detail: String) {
    info.problemCounts[kind, default: 0] += 1
    guard info.problems.count < Self.mostProblems else { return }
    info.problems.append(.init(kind: kind, file: file, of: other, detail: detail))
  }

  mutating func finish(_ survey: DatasetSurvey, _ kinship: PictureKinship) -> DatasetInfoReport {
    for reject in survey.rejects { note(reject.reason, folder.files[Int(reject.file)].path, detail: reject.detail) }
    for oddity in folder.oddities { note(oddity.kind.rawValue, oddity.path, detail: oddity.reason) }
    for link in kinship.links where link.reason != .burst {
      let first = folder.files[Int(survey.pictures[link.first].file)]
      let second = folder.files[Int(survey.pictures[link.second].file)]
      let isExact = link.reason == .exactDuplicate
      let (isSame, isOther) = (isExact ? "it is the same as" : "it looks like", label(of: first) != label(of: second))
      note(
        isOther ? "two_classes" : link.reason.rawValue, second.path, of: first.path,
        detail: "\(isSame) \(first.path.escaped)\(isOther ? ", which is in another class" : "")")
    }
    info.classes = entries.values.sorted { $0.label.bytes.lexicographicallyPrecedes($1.label.bytes) }
    for entry in info.classes where entry.pictures == 0 {
      note("empty_class", entry.label, detail: "no picture lies in it")
    }
    sides.sort()
    if let smallest = sides.first, let largest = sides.last {
      info.sides = .init(smallest: Int(smallest), median: Int(sides[sides.count / 2]), largest: Int(largest))
    }
    info.imbalance = Self.imbalance(info.classes.map(\.pictures).filter { $0 > 0 })
    if folder.layout == .parts {
      let check = SplitLeaks.report(on: folder, survey, kinship)
      info.leaks = check.leaks
      info.leakCount = check.leakCount
    }
    return info
  }

  static func imbalance(_ counts: [Int]) -> DatasetInfoReport.Imbalance? {
    guard let largest = counts.max(), let smallest = counts.min() else { return nil }
    let total = Double(counts.reduce(0, +))
    let entropy = counts.reduce(0.0) { $0 - Double($1) / total * log(Double($1) / total) }
    return .init(
      largest: largest, smallest: smallest, ratio: Double(largest) / Double(smallest),
      effectiveClasses: exp(entropy))
  }
}
