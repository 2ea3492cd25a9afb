import ArgumentParser
import WinnowControlAPI

struct Reload: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read the configuration anew. One that is not valid changes nothing.")

  @OptionGroup var options: GlobalOptions

  func run() throws { try options.show(.reload, as: ReloadReply.self) }
}
