import ArgumentParser
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what was done with pictures, and why.",
    discussion: """
      FILE is any path the picture ever had. Rows come newest first.

      EXAMPLES:
        winnowctl history /srv/camera/inbox/IMG_0042.JPG
        winnowctl history --inbox camera --since 1h --limit 20
        winnowctl history --csv > history.csv
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: "A picture; without it all of them.")
  var file: FileArgument?

  @Option(help: ArgumentHelp("Only of this inbox.", valueName: "name"))
  var inbox: String?

  @Option(
    help: ArgumentHelp("Only from this time on: 2026-03-01T09:30:00Z, or 2h for two hours ago.", valueName: "time"))
  var since: TimeArgument?

  @Option(help: ArgumentHelp("Only the newest so many rows.", valueName: "count"))
  var limit: Int?

  @Flag(help: "Print comma-separated values (RFC 4180) with a header line.")
  var csv = false

  func validate() throws {
    if csv, options.json { throw ValidationError("--csv and --json exclude each other.") }
    if let limit, limit < 0 { throw ValidationError("--limit is a number from 0 on.") }
  }

  func run() throws {
    let query = HistoryQuery(file: file?.absolute, inbox: inbox, since: since?.time, limit: limit)
    guard csv else { return try options.follow(.history, query: query.query, of: HistoryRow.self) }
    StandardOutput.write(CSVText.line(HistoryRow.csvHeader))
    try options.client().stream(.history, query: query.query, of: HistoryRow.self) { row throws(WinnowError) in
      StandardOutput.write(CSVText.line(row.csvFields))
      return true
    }
  }
}

extension HistoryRow {
  /// The names of the fields in JSON. Later versions may add some at the end.
  static let csvHeader = [
    "time", "outcome", "file", "from", "to", "class", "probability", "model", "label", "reason", "by", "inbox", "run",
    "sha256", "row", "picture",
  ]

  /// Names that are no text are escaped, as everywhere.
  var csvFields: [String] {
    [
      time.rfc3339, outcome.rawValue, file.escaped, from?.escaped ?? "", to?.escaped ?? "", `class` ?? "",
      probability.map { "\($0)" } ?? "", model ?? "", label ?? "", reason, by ?? "", inbox ?? "", run ?? "",
      sha256 ?? "", row.map { "\($0)" } ?? "", picture.map { "\($0)" } ?? "",
    ]
  }
}
