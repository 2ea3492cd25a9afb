import ArgumentParser
import WinnowControlAPI

struct Rescan: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Look through the inboxes now.")

  @OptionGroup var options: GlobalOptions

  @Option(help: ArgumentHelp("Only this inbox.", valueName: "name"))
  var inbox: String?

  @Flag(help: "Take up files again that an undo put back.")
  var again = false

  func run() throws {
    try options.show(.rescan, sending: RescanRequest(inbox: inbox, again: again), as: RescanReply.self)
  }
}
