import ArgumentParser
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

extension ModelVerbs {
  struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a version that computes in int8, where its answers stay the same.",
      discussion: """
        DIR holds pictures like those to be sorted, at best in a folder a class. A fifth of them, 200 at most, tell the \
        ranges; on the others, at least 300, int8 and full precision are compared. Where int8 keeps its promise a new \
        version holds both and takes the place of the one that it comes from. Else nothing changes, the reason is said, \
        and the exit status is 1.

        The promise: on labelled pictures at most one more wrong in 300, and with 95% certainty at most 2 points (from \
        1,000 pictures on 0.3 and 1 point). Without labels: the same class for 99.5% of the pictures of which full \
        precision is at least 80% sure, and for 85% of all.

        EXAMPLE:
          winnowctl model quantize flowers --data pictures/flowers
        """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    @Option(help: ArgumentHelp("The folder of pictures; it is never changed.", valueName: "dir"))
    var data: FileArgument?

    func run() throws {
      let reply = try quantize(QuantizeRequest(data: data?.absolute))
      try options.output.show(reply)
      try Finished.check(reply.version == nil ? .failed : .done)
    }

    private func quantize(_ request: QuantizeRequest) throws(WinnowError) -> QuantizeReply {
      switch try ModelWork(options) {
      case .local(let lab, let library):
        var bar = ProgressBar()
        defer { bar.clear() }
        let work = LabRequest(verb: .quantize, library: library, model: model.name, quantize: request)
        return try lab.run(work) { bar.show($0, $1) }
      case .daemon(let client):
        let job: Job = try client.call(.modelQuantize, parameter: model.name, body: .json(request))
        return try DatasetWork.report(of: try JobFollowing.wait(for: job.id, client))
      }
    }
  }
}
