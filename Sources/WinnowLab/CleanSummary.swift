import WinnowCore
import WinnowDataset

/// What the job of a cleaning answers: counts, and as many rows as a job's row can hold. All of it stands in the
/// `report.json` of the new folder.
struct CleanSummary: Codable, Sendable {
  /// Rows of a list; chosen, not measured.
  private static let mostRows = 1000

  let folder: String
  let output: String
  let dryRun: Bool
  let kept: Int
  let converted: Int
  /// Pictures left out, by reason.
  let counts: [String: Int]
  let warnings: [String]
  /// The first of them.
  let leftOut: [CleanReport.LeftOut]
  let doubts: [CleanReport.LeftOut]

  enum CodingKeys: String, CodingKey {
    case folder, output, kept, converted, counts, warnings, doubts
    case dryRun = "dry_run"
    case leftOut = "left_out"
  }

  init(_ report: CleanReport) {
    folder = report.folder
    output = report.output
    dryRun = report.isDryRun
    kept = report.kept.count
    converted = report.convertedCount
    counts = Dictionary(uniqueKeysWithValues: report.leftOutCounts.map { ($0.key.rawValue, $0.value) })
    warnings = report.warnings
    leftOut = Array(report.leftOut.prefix(Self.mostRows))
    doubts = Array(report.doubts.prefix(Self.mostRows))
  }
}
