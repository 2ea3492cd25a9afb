import FoundationEssentials
import Glibc
import Testing

extension ProcessTests {
  @Suite struct FineTuneTests {
    private struct Reply: Decodable {
      struct Figure: Decodable { var value: Double }
      var version: Int
      var backbone: String
      var method: String
      var metrics: [String: Figure]
      var warnings: [String]
    }

    private struct Job: Decodable {
      var id: String
      var state: String
      var text: String?
    }

    private struct Record: Decodable {
      struct FineTuning: Decodable {
        struct History: Decodable {
          struct Epoch: Decodable {
            var loss: Double
            var validation_loss: Double
          }
          var epochs: [Epoch]
        }
        var precision: String
        var threads: Int
        var history: History
      }
      var method: String
      var fine_tuning: FineTuning?
    }

    private static func record(_ folder: String) throws -> Record {
      try JSONDecoder().decode(Record.self, from: Data(Files.read(folder + "/training.json")))
    }

    @Test("a network that was taught comes out with its weights, curves and record, and classifies")
    func finetune() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 40)
      let before = Tree(data).contents
      try winnow.start()
      let answer = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--method", "finetune", "--epochs", "3",
        "--precision", "fp32", "--threads", "1")
      #expect(answer.status == 0, "\(answer.errors) \(winnow.log)")
      let reply: Reply = try answer.decode()
      #expect(reply.method == "finetune" && reply.warnings.isEmpty)
      #expect((reply.metrics["accuracy"]?.value ?? 0) > 0.9)
      for figure in ["validation_log_loss", "head_validation_log_loss", "finetune_log_loss_difference"] {
        #expect(reply.metrics[figure] != nil, "\(figure)")
      }
      let bundle = winnow.state + "/models/mine/1"
      let record = try Self.record(bundle)
      let tuning = try #require(record.fine_tuning)
      #expect(record.method == "finetune" && tuning.precision == "fp32" && tuning.threads == 1)
      #expect(tuning.history.epochs.count == 3)
      #expect(Files.text(bundle + "/curves.csv").split(separator: "\n").count == 4)
      #expect(Files.exists(bundle + "/weights.safetensors"))
      let run = winnow.state + "/training/mine"
      #expect(Files.text(run + "/loss.svg").contains("validation") && Files.exists(run + "/accuracy.svg"))
      #expect(!Files.exists(run + "/checkpoint.safetensors"))
      try Files.write(Picture.shades(of: .blue, 900), to: winnow.folder + "/new.png")
      let classified = try winnow.control("classify", "--model", "mine", winnow.folder + "/new.png")
      #expect(classified.text.contains("蓝 cold"), "\(classified.text) \(classified.errors)")
      #expect(Tree(data).contents == before)
      // The next version begins where this one began: a network that was taught knows the pictures that would judge it.
      let next: Reply = try winnow.control("train", data, "--name", "mine", "--method", "head").decode()
      #expect(next.version == 2 && next.backbone == "colours@1")
    }

    @Test("auto reports both, and gives the network unless it is worse than the head")
    func auto() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 40)
      try winnow.start()
      let answer = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--epochs", "3", "--precision", "fp32")
      #expect(answer.status == 0, "\(answer.errors) \(winnow.log)")
      let reply: Reply = try answer.decode()
      #expect((reply.metrics["accuracy"]?.value ?? 0) > 0.9)
      let head = try #require(reply.metrics["head_validation_log_loss"]?.value)
      let tuned = try #require(reply.metrics["finetune_validation_log_loss"]?.value)
      if tuned <= head { #expect(reply.method == "finetune") }
      let isTuned = try Self.record(winnow.state + "/models/mine/1").fine_tuning != nil
      #expect(isTuned == (reply.method == "finetune"))
    }

    @Test("killed at any time, trainer and daemon, a training goes on by itself to the very same weights")
    func killed() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 60)
      try winnow.start()
      func arguments(_ name: String) -> [String] {
        [
          "train", data, "--name", name, "--backbone", "colours", "--method", "finetune", "--epochs", "30",
          "--precision", "fp32", "--threads", "1", "--test-share", "0",
        ]
      }
      let calm = try winnow.control(arguments: arguments("calm"))
      #expect(calm.status == 0, "\(calm.errors) \(winnow.log)")

      let begun: Job = try winnow.control(arguments: arguments("struck") + ["--detach"]).decode()
      var id = begun.id
      for epoch in [2, 4, 6, 8] {
        try Deadline(seconds: 120).wait(for: "epoch \(epoch)", pause: 20) {
          let job: Job = try winnow.control("jobs", "show", id).decode()
          guard let text = job.text, let word = text.split(separator: " ").dropFirst().first else { return false }
          return text.hasPrefix("epoch ") && (Int(word) ?? 0) >= epoch
        }
        if epoch == 6 {
          try winnow.crash()
          try winnow.start()
          id = "\((Int(id) ?? 0) + 1)"
        } else {
          let trainers = winnow.children("winnow-trainer")
          #expect(trainers.count == 1)
          trainers.forEach { $0.send(SIGKILL) }
        }
      }
      let followed = try winnow.control("jobs", "follow", id)
      #expect(followed.status == 0, "\(followed.text) \(winnow.log)")
      let weights = try ["calm", "struck"].map { try Files.read(winnow.state + "/models/\($0)/1/weights.safetensors") }
      #expect(weights[0] == weights[1])
      let records = try ["calm", "struck"].map { try Self.record(winnow.state + "/models/\($0)/1") }
      #expect((records[0].fine_tuning?.history.epochs.count ?? 0) > 8)
      #expect(
        records[0].fine_tuning?.history.epochs.map(\.loss) == records[1].fine_tuning?.history.epochs.map(\.loss))
    }
  }
}
