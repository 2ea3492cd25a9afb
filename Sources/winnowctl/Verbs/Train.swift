import ArgumentParser
import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on a folder of pictures, a folder a class.",
    discussion: """
      The network of a model that is there, the backbone, looks at each picture and at its mirror image once; a new \
      head learns from what it sees. That takes about as long as looking at the pictures, and seconds more: \
      --method head. With finetune all of the network is taught from there, which takes minutes to hours and survives \
      being killed; with auto, which is usual, what judges better of both comes out.

      15 of 100 pictures are kept back to test with, and never taught to any later version of the model, nor is what \
      looks like them. With 300 of them or more a version in int8 follows where its answers stay the same. DIR may \
      hold train, val and test of its own instead. The first version of a name goes live by itself, a later one by \
      `model promote`, or as --promote says.

      EXAMPLES:
        winnowctl model pull mobilenet_v2 --from mobilenet_v2.safetensors
        winnowctl train flowers --name flowers --arch mobilenet_v2
        winnowctl train flowers --name quick --arch mobilenet_v2 --method head
        winnowctl train flowers --name flowers --from-sorted camera --promote if-not-worse
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case auto, head, finetune
  }

  enum Precision: String, ExpressibleByArgument, CaseIterable {
    case auto, fp32, bf16
  }

  enum Promotion: String, ExpressibleByArgument, CaseIterable {
    case ifBetter = "if-better"
    case ifNotWorse = "if-not-worse"
  }

  @OptionGroup var options: GlobalOptions
  @OptionGroup var detaching: Detaching

  @Argument(help: "The folder of class folders; it is only read.")
  var folder: FileArgument?

  @Option(
    help: ArgumentHelp(
      "Learn from what people confirmed and corrected in this inbox, beside DIR or alone.", valueName: "inbox"))
  var fromSorted: String?

  @Option(help: "The model to make, or to give another version.")
  var name: String

  @Option(help: "A new head alone, the whole network, or the one of both that judges better.")
  var method = Method.auto

  @Option(
    help: ArgumentHelp(
      "The model whose network looks at the pictures; without it the newest version of the same name.",
      valueName: "model"))
  var backbone: String?

  @Option(
    help: ArgumentHelp(
      "The architecture of the network, where no backbone is named: the newest model of it looks.", valueName: "arch"))
  var arch: String?

  @Option(help: "Another number deals the pictures out differently.")
  var seed = 0

  @Option(help: ArgumentHelp("The share of the pictures that is kept back to test with, 0 to 0.5.", valueName: "share"))
  var testShare: Double?

  @Option(help: "Fine-tuning: how often each picture is seen.")
  var epochs: Int?

  @Option(help: "Fine-tuning: pictures a step.")
  var batch: Int?

  @Option(help: ArgumentHelp("Fine-tuning: side of the pictures it learns from.", valueName: "pixels"))
  var side: Int?

  @Option(help: "Fine-tuning: the largest learning rate.")
  var rate: Double?

  @Option(help: "Fine-tuning: what it computes with; without it the faster one.")
  var precision: Precision?

  @Option(help: "Fine-tuning: threads that compute; without it one a processor.")
  var threads: Int?

  @Option(help: "When a later version goes live by itself: proven better, or not worse by a point.")
  var promote: Promotion?

  func validate() throws {
    if folder == nil, fromSorted == nil { throw ValidationError("Name a folder, --from-sorted, or both.") }
    if fromSorted != nil, options.local { throw ValidationError("--from-sorted asks the daemon, so not --local.") }
    if backbone != nil, arch != nil { throw ValidationError("Give --backbone or --arch.") }
    if seed < 0 { throw ValidationError("--seed is 0 or more.") }
    if let testShare, !(0...0.5).contains(testShare) { throw ValidationError("--test-share is 0 to 0.5.") }
  }

  func run() throws {
    var request = TrainRequest(
      folder: folder?.absolute, inbox: fromSorted, name: name, method: method.rawValue, backbone: backbone,
      architecture: arch, seed: seed,
      testShare: testShare, promote: promote?.rawValue)
    (request.epochs, request.batch, request.side, request.rate) = (epochs, batch, side, rate)
    (request.precision, request.threads) = (precision?.rawValue, threads)
    if let reply = try train(request) { try options.output.show(reply) }
  }

  /// - Returns: nil where the job was left to itself and shown.
  private func train(_ request: TrainRequest) throws(WinnowError) -> TrainReply? {
    let client = try options.client()
    if !options.local, client.isAnswered {
      StandardError.tell("in the daemon at \(client.socket.escaped)")
      let job: Job = try client.call(.train, body: .json(request))
      if detaching.detach {
        try options.output.show(job)
        return nil
      }
      return try DatasetWork.report(of: try JobFollowing.wait(for: job.id, client))
    }
    guard !detaching.detach else { throw Detaching.withoutDaemon }
    guard fromSorted == nil else {
      throw WinnowError(
        .unreachable, "there is no daemon to ask what was said of sorted pictures", remedy: "start winnowd")
    }
    let library = try options.paths().stateDirectory.appending("models")
    StandardError.tell("in this process, with the models in \(library.escaped)")
    var bar = ProgressBar()
    defer { bar.clear() }
    return try LabProcess("winnow-trainer").run(LabRequest(verb: .train, library: library, train: request)) {
      bar.show($0, $1)
    }
  }
}
