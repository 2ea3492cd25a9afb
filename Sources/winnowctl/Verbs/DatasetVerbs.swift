import ArgumentParser
import WinnowControlAPI
import WinnowCore

struct DatasetVerbs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Collect, clean, split and describe folders of labelled pictures.",
    discussion: """
      Done in the daemon when it answers, as a job, else in this process; --local forces the latter.
      DIR holds a folder a class, or the pictures of one class. What is in it is never changed.

      EXAMPLE:
        winnowctl dataset crawl sunflower --source wikimedia --count 200 --into flowers/sunflower
        winnowctl dataset clean flowers
        winnowctl dataset split flowers_cleaned --ratios 6:2:2 --seed 1
        winnowctl dataset info flowers_cleaned_split --page flowers.html
      """,
    subcommands: [Crawl.self, Clean.self, Split.self, Info.self, Sources.self])

  struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write DIR_cleaned: sound pictures as JPEGs, without copies and faulty ones.",
      discussion: """
        What is left out stands with its reason in DIR_cleaned/report.json, and with thumbnails in report.html, where \
        it can be decided anew; --apply carries such decisions out.
        """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var detaching: Detaching

    @Argument(help: "The folder.")
    var folder: FileArgument

    @Option(help: "What the pictures are called, before their number; without it the class's name.")
    var name: String?

    @Option(help: ArgumentHelp("NAME or NAME@VERSION, to find labels that it doubts.", valueName: "model"))
    var model: String?

    @Flag(help: "Say what would be left out, and write nothing.")
    var dryRun = false

    @Option(help: "Decisions of the page, to be carried out in DIR_cleaned.")
    var apply: FileArgument?

    func run() throws {
      let request = CleanRequest(
        folder: folder.absolute, name: name, model: model, dryRun: dryRun, apply: apply?.absolute)
      let work = DatasetWork(options: options, detach: detaching.detach)
      if let report: DatasetResult = try work.run(.clean(request)) { try options.output.show(report) }
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Describe a data set: classes, sizes, formats, problems, leaks between parts.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var detaching: Detaching

    @Argument(help: "The folder; it may hold train, val and test.")
    var folder: FileArgument

    @Option(help: "Write a page with some pictures of each class; one that is there is replaced.")
    var page: FileArgument?

    func run() throws {
      let request = DatasetInfoRequest(folder: folder.absolute, page: page?.absolute)
      let work = DatasetWork(options: options, detach: detaching.detach)
      if let report: DatasetInfoReport = try work.run(.info(request)) { try options.output.show(report) }
    }
  }

  struct Sources: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what pictures can be collected from, and whether it can be reached.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
      if let report: DatasetResult = try DatasetWork(options: options).run(.sources) {
        try options.output.show(report)
      }
    }
  }
}
