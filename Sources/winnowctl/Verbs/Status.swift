import ArgumentParser
import WinnowControlAPI

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show where the daemon, its inboxes and models stand.")

  @OptionGroup var options: GlobalOptions

  func run() throws { try options.show(.status, as: StatusReply.self) }
}
