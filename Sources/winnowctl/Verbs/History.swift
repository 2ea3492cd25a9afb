import ArgumentParser
import WinnowControlAPI

struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what was done with pictures, and why.",
    discussion: """
      FILE is any path the picture ever had. Rows come newest first.

      EXAMPLES:
        winnowctl history /srv/camera/inbox/IMG_0042.JPG
        winnowctl history --inbox camera --since 1h --limit 20
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

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit is a number from 0 on.") }
  }

  func run() throws {
    let query = HistoryQuery(file: file?.absolute, inbox: inbox, since: since?.time, limit: limit)
    try options.follow(.history, query: query.query, of: HistoryRow.self)
  }
}
