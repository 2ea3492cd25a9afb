public import SystemPackage
public import WinnowControlAPI
public import WinnowCore
public import WinnowSupervision

/// Says what a folder of pictures is like: classes, sizes, formats, what is wrong with it, how even it is, and where it
/// holds parts, what leaks between them. Writes nothing but the page that is asked for.
public struct DatasetDescription<Looker: PictureLooking> {
  private let folder: FilePath
  private let page: FilePath?
  private let looker: Looker
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  /// - Parameter page: where to write the page with the contact sheet; one that is there is replaced.
  public init(
    folder: FilePath, page: FilePath? = nil, looker: Looker, cancellation: Cancellation,
    report: @escaping (Double, String) -> Void
  ) {
    self.folder = folder
    self.page = page
    self.looker = looker
    self.cancellation = cancellation
    self.report = report
  }

  /// - Throws: what opening the folder and writing the page say; `.jobCancelled`.
  public func run() throws(WinnowError) -> DatasetInfoReport {
    let dataset = try DatasetFolder(opening: folder, cancellation: cancellation)
    var tally = DatasetTally(dataset)
    var sheet = page == nil ? nil : ContactSheet(dataset)
    let survey = try DatasetSurvey(
      of: dataset, by: looker, wishing: LookWishes(thumbnailSide: page == nil ? nil : ContactSheet.side),
      cancellation: cancellation, report: report
    ) { index, outcome in
      guard case .looked(let look, _) = outcome else { return }
      tally.add(index, look)
      sheet?.add(index, look.thumbnail)
    }
    var info = tally.finish(survey, PictureKinship(survey))
    info.licences = Self.licences(dataset, survey)
    if let page, let sheet {
      info.page = page
      try sheet.write(info, to: page)
    }
    return info
  }

  private static func licences(_ dataset: DatasetFolder, _ survey: DatasetSurvey) -> [String: Int]? {
    let known = KnownProvenance(in: dataset.root)
    var counts: [String: Int] = [:]
    for picture in survey.pictures {
      let file = dataset.files[Int(picture.file)]
      guard let record = known.record(of: file.path, sha256: picture.digest.hex) else { continue }
      counts[record.licence ?? "unknown", default: 0] += 1
    }
    return counts.isEmpty ? nil : counts
  }
}
