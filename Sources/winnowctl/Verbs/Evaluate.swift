import ArgumentParser
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Test a model on pictures whose classes are known, and write a report.",
    discussion: """
      DIR holds a folder a class. The pictures go through the worker that serves the model. report.html has accuracy, F1, \
      precision and recall with their intervals, what is taken for what, what each threshold would sort and get wrong, \
      and the worst mistakes; report.json has the same figures, the plots are there as SVG and PNG.

      EXAMPLE:
        winnowctl evaluate flowers pictures/test --output reports/flowers
        winnowctl evaluate flowers@3 pictures/test --against flowers@2
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var detaching: Detaching
  @OptionGroup var model: ModelArgument

  @Argument(help: "The folder of class folders; it is only read.")
  var folder: FileArgument

  @Option(help: ArgumentHelp("The folder for the report; without it DIR_MODEL_report.", valueName: "dir"))
  var output: FileArgument?

  @Option(
    help: ArgumentHelp(
      "Another model to compare with on the same pictures: what got better and worse, and whether that may be chance.",
      valueName: "model"))
  var against: String?

  @Option(
    help: ArgumentHelp(
      "Pictures of what the model was never taught: how many of them it refuses.", valueName: "dir"))
  var foreign: FileArgument?

  func run() throws {
    let request = EvaluateRequest(
      folder: folder.absolute, output: output?.absolute, against: against, foreign: foreign?.absolute)
    if let reply = try evaluate(request) { try options.output.show(reply) }
  }

  /// - Returns: nil where the job was left to itself and shown.
  private func evaluate(_ request: EvaluateRequest) throws(WinnowError) -> EvaluateReply? {
    switch try ModelWork(options) {
    case .local(let lab, let library):
      guard !detaching.detach else { throw Detaching.withoutDaemon }
      var bar = ProgressBar()
      defer { bar.clear() }
      return try lab.run(LabRequest(verb: .evaluate, library: library, model: model.name, evaluate: request)) {
        bar.show($0, $1)
      }
    case .daemon(let client):
      let job: Job = try client.call(.modelEvaluate, parameter: model.name, body: .json(request))
      if detaching.detach {
        try options.output.show(job)
        return nil
      }
      return try DatasetWork.report(of: try JobFollowing.wait(for: job.id, client))
    }
  }
}
