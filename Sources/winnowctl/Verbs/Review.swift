import ArgumentParser
import WinnowControlAPI

struct Review: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look through the pictures the model was not sure about, and place them.",
    subcommands: [List.self, Accept.self, Set.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List them, with what the model proposes.")

    @OptionGroup var options: GlobalOptions

    @Option(help: ArgumentHelp("Only of this inbox.", valueName: "name"))
    var inbox: String?

    func run() throws {
      var query = Query()
      query["inbox"] = inbox
      try options.follow(.reviewList, query: query, of: ReviewRow.self)
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Place pictures where the model proposes.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Pictures in review.")
    var files: [FileArgument] = []

    @Flag(help: "All that have a proposal.")
    var all = false

    func validate() throws {
      guard all != !files.isEmpty else { throw ValidationError("Give either files or --all.") }
    }

    func run() throws {
      let request = ReviewAcceptRequest(files: files.map(\.absolute))
      let reply = try options.show(.reviewAccept, sending: request, as: ReviewReply.self)
      try Finished.check(.of(reply))
    }
  }

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give a picture its class.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "A picture in review, or one that was sorted wrongly.")
    var file: FileArgument

    @Argument(help: "The class.")
    var `class`: String

    func run() throws {
      let request = ReviewSetRequest(file: file.absolute, class: `class`)
      let reply = try options.show(.reviewSet, sending: request, as: ReviewReply.self)
      try Finished.check(.of(reply))
    }
  }
}

extension ExitStatus {
  fileprivate static func of(_ reply: ReviewReply) -> ExitStatus {
    .of(failures: reply.refused.count, among: reply.refused.count + reply.placed.count)
  }
}
