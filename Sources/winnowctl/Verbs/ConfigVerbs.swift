import ArgumentParser
import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct ConfigVerbs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check and show the configuration.",
    subcommands: [Check.self, Show.self, Preview.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a configuration and list everything that is wrong with it.",
      discussion: "Works without the daemon, and changes nothing.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The file; without it the one that the daemon reads.")
    var file: FileArgument?

    func run() throws {
      let report = ConfigurationReading.check(file?.absolute, try options.paths())
      try options.output.show(report)
      try Finished.check(report.ok ? .done : .failed)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show each value in force and where it comes from.",
      discussion: "Asks the daemon; where it does not answer, shows what the files say.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
      do throws(WinnowError) {
        try options.show(.configShow, as: ConfigReply.self)
      } catch {
        guard error.code == .unreachable else { throw error }
        StandardError.tell("no daemon answers; this is what the files say")
        try options.output.show(try ConfigurationReading.settings(try options.paths()))
      }
    }
  }

  struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say where a picture would go as things are, without touching it.",
      discussion: """
        The daemon classifies it by the model of its inbox and goes by threshold, template and action. The file is read \
        here and sent, so it may lie anywhere you can read.
        """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The picture.")
    var file: FileArgument

    @Option(
      help: ArgumentHelp(
        "The inbox; without it the one in which the picture lies, else the only one there is.", valueName: "name"))
    var inbox: String?

    func run() throws {
      let picture = try ReadableFile(file.absolute)
      let request = PreviewRequest(file: file.absolute, modified: picture.modified, inbox: inbox)
      let reply: PreviewReply = try options.client().call(
        .configPreview, query: request.query, body: .file(picture.descriptor, length: picture.length))
      try options.output.show(reply)
    }
  }
}
