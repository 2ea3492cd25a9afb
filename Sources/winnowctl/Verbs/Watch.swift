import ArgumentParser
import WinnowControlAPI

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show what happens as it happens, until interrupted.")

  @OptionGroup var options: GlobalOptions

  func run() throws { try options.follow(.events, of: WatchEvent.self) }
}
