import ArgumentParser
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Review: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look through the pictures the model was not sure about, and place them.",
    discussion: """
      Each picture in review has a number that it keeps. Where PICTURE is asked for, give files, numbers (17), ranges of \
      numbers (17-25) or patterns in quotes ('IMG_20*', 'day?/*.jpg'). What was decided can be taken back: undo --run.

      EXAMPLES:
        winnowctl review
        winnowctl review --each
        winnowctl review accept 17-25 31
        winnowctl review set 'IMG_20*' cat
      """,
    subcommands: [List.self, Accept.self, Set.self, Skip.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List them, with the reason and the two classes that the model thinks best.")

    @OptionGroup var options: GlobalOptions

    @Option(help: ArgumentHelp("Only of this inbox.", valueName: "name"))
    var inbox: String?

    @Flag(help: "Those that were skipped.")
    var skipped = false

    @Flag(help: "Those that people put into another class, wherever they are.")
    var corrected = false

    @Option(
      help: ArgumentHelp(
        "Draw so many at random from what was sorted without asking, to see how often that is wrong.",
        discussion: "accept confirms one, set corrects it, skip leaves it out; status then has the share.",
        valueName: "count"))
    var sample: Int?

    @Flag(help: "Walk through them one by one, on the terminal, with number keys.")
    var each = false

    func validate() throws {
      guard [skipped, corrected, each].count(where: { $0 }) <= 1, sample == nil || !(skipped || corrected) else {
        throw ValidationError("Give --skipped, --corrected, or --each or --sample or both.")
      }
      if let sample, !ReviewSampleRequest.counts.contains(sample) {
        throw ValidationError("A sample has 1 to \(ReviewSampleRequest.counts.upperBound) pictures.")
      }
      if each, options.json { throw ValidationError("--each is for people: it has no JSON.") }
    }

    func run() throws {
      let kind: ReviewQuery.Kind = sample != nil ? .sample : skipped ? .skipped : corrected ? .corrected : .waiting
      if let sample {
        let request = ReviewSampleRequest(inbox: inbox, count: sample)
        let _: ReviewSampleReply = try options.client().call(.reviewSample, body: .json(request))
      }
      let query = ReviewQuery(inbox: inbox, kind: kind)
      if each {
        var walk = ReviewWalk(try options.client(), query)
        return try walk.run()
      }
      try options.follow(.reviewList, query: query.query, of: ReviewRow.self)
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Place pictures where the model proposes.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("Files, numbers, ranges or patterns.", valueName: "picture"))
    var pictures: [ReviewSelector] = []

    @Flag(help: "All that have a proposal.")
    var all = false

    @Flag(name: .customLong("dry-run"), help: "Say what would be placed where, and move nothing.")
    var dryRun = false

    func validate() throws {
      guard all != !pictures.isEmpty else { throw ValidationError("Give either pictures or --all.") }
    }

    func run() throws {
      let files = all ? [] : try ReviewSelector.files(of: pictures, asking: options.client())
      let request = ReviewAcceptRequest(files: files, dryRun: dryRun)
      let reply = try options.show(.reviewAccept, sending: request, as: ReviewReply.self)
      try Finished.check(.of(reply))
    }
  }

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give pictures their class.",
      discussion: "A file may also be one that was sorted wrongly. For a new class make its folder first.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("Pictures, and at the end the class.", valueName: "picture> ... <class"))
    var words: [String]

    @Flag(name: .customLong("dry-run"), help: "Say what would be placed where, and move nothing.")
    var dryRun = false

    func validate() throws {
      guard words.count >= 2 else { throw ValidationError("Give pictures, and at the end the class.") }
    }

    func run() throws {
      let selectors = try words.dropLast().map { word in
        guard let selector = ReviewSelector(argument: word) else { throw ValidationError("\"\(word)\" names nothing.") }
        return selector
      }
      let files = try ReviewSelector.files(of: selectors, asking: options.client())
      let request = ReviewSetRequest(files: files, class: words[words.count - 1], dryRun: dryRun)
      let reply = try options.show(.reviewSet, sending: request, as: ReviewReply.self)
      try Finished.check(.of(reply))
    }
  }

  struct Skip: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Leave pictures in review, and list them no more.",
      discussion: "They are listed with --skipped, and can be accepted or set like the others.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("Files, numbers, ranges or patterns.", valueName: "picture"))
    var pictures: [ReviewSelector]

    func run() throws {
      let files = try ReviewSelector.files(of: pictures, asking: options.client())
      let reply = try options.show(.reviewSkip, sending: ReviewSkipRequest(files: files), as: ReviewSkipReply.self)
      try Finished.check(.of(failures: reply.refused.count, among: reply.refused.count + reply.skipped))
    }
  }
}

extension ExitStatus {
  fileprivate static func of(_ reply: ReviewReply) -> ExitStatus {
    .of(failures: reply.refused.count, among: reply.refused.count + reply.placed.count)
  }
}
