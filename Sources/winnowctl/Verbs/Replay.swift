import ArgumentParser
import WinnowControlAPI

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Carry out what an inbox in shadow mode decided.",
    discussion: """
      With `mode: shadow` an inbox decides and records, and touches nothing. This moves what has not changed since; what \
      has is left alone, with the reason, and the exit status is 4. The moves are one run, which undo takes back.

      EXAMPLES:
        winnowctl replay --dry-run
        winnowctl replay --inbox camera
      """)

  @OptionGroup var options: GlobalOptions

  @Option(help: ArgumentHelp("Only this inbox.", valueName: "name"))
  var inbox: String?

  @Flag(help: "Also what changed after it was first decided about, to where it was decided to go last.")
  var changed = false

  @Flag(help: "Show what would be done, and do nothing.")
  var dryRun = false

  func run() throws {
    let reply = try options.show(
      .replay, sending: ReplayRequest(inbox: inbox, changed: changed, dryRun: dryRun), as: ReplayReply.self)
    try Finished.check(reply.refused.isEmpty ? .done : .partly)
  }
}
