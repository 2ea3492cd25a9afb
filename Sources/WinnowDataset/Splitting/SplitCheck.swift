public import SystemPackage
public import WinnowControlAPI
public import WinnowCore
import WinnowFiles
public import WinnowSupervision

/// Looks for pictures that lie in one part of a split and, the same or as good as the same, in another.
public struct SplitCheck<Looker: PictureLooking> {
  private let folder: FilePath
  private let looker: Looker
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  /// - Parameter folder: holds `train`, `val` (or `valid`, `validation`) and `test`, or two of them; whoever made it.
  public init(
    folder: FilePath, looker: Looker, cancellation: Cancellation, report: @escaping (Double, String) -> Void
  ) {
    self.folder = folder
    self.looker = looker
    self.cancellation = cancellation
    self.report = report
  }

  /// - Throws: `.invalidInput` where the folder holds no parts; `.jobCancelled`.
  public func run() throws(WinnowError) -> SplitCheckReport {
    let dataset = try DatasetFolder(opening: folder, cancellation: cancellation)
    guard dataset.layout == .parts else {
      throw WinnowError(
        .invalidInput, "\(folder.escaped) does not hold parts",
        remedy: "name a folder that holds train, val and test with class folders in each")
    }
    let survey = try DatasetSurvey(of: dataset, by: looker, cancellation: cancellation, report: report)
    return SplitLeaks.report(on: dataset, survey, PictureKinship(survey))
  }
}

/// What the pictures that belong together say of the parts they lie in.
enum SplitLeaks {
  /// Leaks that are listed; all are counted.
  private static let mostLeaks = 1000

  static func report(
    on folder: DatasetFolder, _ survey: DatasetSurvey, _ kinship: PictureKinship
  ) -> SplitCheckReport {
    let parts = survey.pictures.map { folder.files[Int($0.file)].part }
    var counts: [String: Int] = [:]
    for part in parts { counts[part?.rawValue ?? "none", default: 0] += 1 }
    let crossing = kinship.links.filter { parts[$0.first] != parts[$0.second] }
      .sorted { ($1.reason, $0.first, $0.second) < ($0.reason, $1.first, $1.second) }
    let unreadable = survey.rejects.map { reject in
      FileReason(file: folder.files[Int(reject.file)].path, reason: reject.detail)
    }
    return SplitCheckReport(
      folder: folder.root.path, pictures: parts.count, parts: counts,
      leaks: crossing.prefix(mostLeaks).compactMap { link in
        guard let kind = SplitCheckReport.Leak.Kind(rawValue: link.reason.rawValue) else { return nil }
        let ends = [link.first, link.second].sorted { (parts[$0] ?? .train) < (parts[$1] ?? .train) }
        return SplitCheckReport.Leak(
          kind: kind, first: folder.files[Int(survey.pictures[ends[0]].file)].path,
          second: folder.files[Int(survey.pictures[ends[1]].file)].path,
          parts: ends.map { parts[$0]?.rawValue ?? "" })
      }, leakCount: crossing.count, unreadable: Array(unreadable.prefix(mostLeaks)))
  }
}
