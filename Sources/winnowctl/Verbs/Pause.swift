import ArgumentParser
import WinnowControlAPI

struct Pause: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Stop moving pictures until resume.")

  @OptionGroup var options: GlobalOptions

  @Option(help: ArgumentHelp("Only this inbox.", valueName: "name"))
  var inbox: String?

  func run() throws { try options.show(.pause, sending: PauseRequest(inbox: inbox), as: PauseReply.self) }
}

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Go on after a pause.")

  @OptionGroup var options: GlobalOptions

  @Option(help: ArgumentHelp("Only this inbox.", valueName: "name"))
  var inbox: String?

  func run() throws { try options.show(.resume, sending: PauseRequest(inbox: inbox), as: PauseReply.self) }
}
