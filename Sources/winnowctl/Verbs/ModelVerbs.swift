import ArgumentParser
import WinnowControlAPI
import WinnowCore

struct ModelVerbs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Import, inspect and switch models.",
    discussion: """
      Done in the daemon when it answers, else in this process; --local forces the latter.
      MODEL is NAME, the version that is live, or NAME@VERSION.
      """,
    subcommands: [
      Import.self, Pull.self, List.self, Show.self, Promote.self, Rollback.self, Remove.self, Summary.self, Flops.self,
      Export.self, Quantize.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all versions of all models.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
      let reply: ModelListReply = try ModelWork(options).document(.list, .modelList)
      try options.output.show(reply)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what is known about a model.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    func run() throws {
      let reply: ModelDetails = try ModelWork(options).document(.show, .modelShow, model: model.name)
      try options.output.show(reply)
    }
  }

  struct Promote: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a version the live one: NAME@VERSION.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    func run() throws {
      let reply: ModelChangeReply = try ModelWork(options).document(.promote, .modelPromote, model: model.name)
      try options.output.show(reply)
    }
  }

  struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make the version that was live before the live one.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    func run() throws {
      let reply: ModelChangeReply = try ModelWork(options).document(.rollback, .modelRollback, model: model.name)
      try options.output.show(reply)
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a version that is not live. This cannot be undone.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    func run() throws {
      let reply: ModelChangeReply = try ModelWork(options).document(.remove, .modelRemove, model: model.name)
      try options.output.show(reply)
    }
  }

  struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the layers of a model, or of an architecture.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    func run() throws {
      let reply: ModelSummaryReply = try ModelWork(options).document(.summary, .modelSummary, model: model.name)
      try options.output.show(reply)
    }
  }

  struct Flops: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count the parameters and operations of a model, or of an architecture.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    func run() throws {
      let reply: ModelFlopsReply = try ModelWork(options).document(.flops, .modelFlops, model: model.name)
      try options.output.show(reply)
    }
  }
}

/// The model that a verb is about.
struct ModelArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("NAME or NAME@VERSION.", valueName: "model"))
  var name: String
}
