import ArgumentParser
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Sort: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sort a folder once, as an inbox would be.",
    discussion: "A job of the daemon; it is followed unless --detach is given. It can be undone by its run.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: "The folder.")
  var folder: FileArgument

  @Option(help: "Where the class folders go; without it the output of the inbox that holds the folder.")
  var output: FileArgument?

  @Option(help: ArgumentHelp("NAME or NAME@VERSION.", valueName: "model"))
  var model: String?

  @Flag(help: "Show what would be done, and do nothing.")
  var dryRun = false

  @Flag(help: "Print the job and return at once.")
  var detach = false

  func run() throws {
    let client = try options.client()
    let request = SortRequest(folder: folder.absolute, output: output?.absolute, model: model, dryRun: dryRun)
    let job: Job = try client.call(.sort, body: .json(request))
    guard !detach else { return try options.output.show(job) }
    let final = try JobFollowing.wait(for: job.id, client)
    try options.output.show(final)
    var status = JobFollowing.status(of: final)
    if status == .done, case .integer(let failed)? = final.result?["failed"], failed > 0 { status = .partly }
    try Finished.check(status)
  }
}
