import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowBundle
import WinnowCore
import WinnowInference
import WinnowWire

/// The real program, started as the daemon starts it.
@Suite("The worker", .serialized)
struct WorkerProcessTests {
  private let models: TestModels

  init() throws { models = try TestModels() }

  /// Beside this test's own executable.
  static let program: FilePath = {
    var path = FilePath((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/")
    // swift test runs its bundle in a helper of the toolchain on some platforms: fall back on the argument.
    for argument in [path.string] + CommandLine.arguments {
      var candidate = FilePath(argument)
      while candidate.lastComponent != nil {
        candidate.removeLastComponent()
        let program = candidate.appending("winnow-worker")
        if FileManager.default.isExecutableFile(atPath: program.string) { return program }
      }
    }
    path.removeLastComponent()
    return path.appending("winnow-worker")
  }()

  private func start(_ bundle: FilePath, _ arguments: String...) throws -> WorkerHarness {
    try WorkerHarness(
      Self.program, arguments: ["--bundle", bundle.string, "--threads", "2", "--precision", "fp32"] + arguments)
  }

  private func run(_ program: FilePath, _ arguments: [String]) throws -> (status: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.string)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, [UInt8](bytes))
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
    let path = models.folder.appending(name)
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
    return path
  }

  private func status(_ pid: pid_t) throws -> [String: String] {
    var fields: [String: String] = [:]
    for line in try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    return fields
  }

  /// A GIF of 2 x 2 pixels, all of the colour (200, 100, 50).
  static let gif: [UInt8] =
    Array("GIF89a".utf8) + [2, 0, 2, 0, 0x80, 0, 0, 200, 100, 50, 255, 255, 255, 0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0]
    + [2, 3, 0x04, 0x00, 0x05, 0, 0x3b]

  @Test("a picture is answered with its facts, its best classes and, where asked, its logits")
  func answer() throws {
    let network = TinyNetwork()
    let worker = try start(try models.publish(network))
    let ready = try worker.ready()
    #expect(ready.device == "CPU" && ready.precision == "fp32" && ready.classCount == 5)
    #expect(ready.protocolVersion == workerProtocolVersion && ready.capacity == 16)
    #expect(!ready.loadedFromCache)
    let picture = try write(Self.gif, "picture")
    try worker.send(7, picture: picture)
    guard case .classified(7, let facts, let scores, let logits, _)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(facts.format == "gif" && facts.width == 2 && facts.height == 2)
    #expect(facts.byteCount == Int64(Self.gif.count))
    #expect(scores.count == 5 && logits.isEmpty)
    #expect(abs(scores.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
    #expect(scores.map(\.probability) == scores.map(\.probability).sorted(by: >))
    try worker.send(8, picture: picture, wantsLogits: true)
    guard case .classified(8, _, let again, let asked, _)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(again == scores)
    let expected = network.logits(
      of: Array(repeating: [200, 100, 50], count: 64).flatMap { $0 }, mean: InputSpec.imageNetMean,
      std: InputSpec.imageNetStd)
    #expect(zip(asked, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("probabilities follow the bundle's temperature")
  func temperature() throws {
    let worker = try start(try models.publish(TinyNetwork(), temperature: 1000))
    _ = try worker.ready()
    try worker.send(1, picture: try write(Self.gif, "picture"))
    guard case .classified(_, _, let scores, _, _)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(scores.allSatisfy { abs($0.probability - 0.2) < 0.01 })
  }

  @Test("what is no picture is refused with its digest, and the next one is answered")
  func refusals() throws {
    let worker = try start(try models.publish(TinyNetwork()), "--max-bytes", "1000")
    _ = try worker.ready()
    try worker.send(1, picture: try write(Array("hello".utf8), "text"))
    guard case .refused(1, let text, let digest)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(text.kind == .notAPicture)
    #expect(digest?.hex == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    try worker.send(2, picture: try write([], "empty"))
    guard case .refused(2, let empty, _)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(empty.kind == .truncated)
    try worker.send(3, picture: try write([UInt8](repeating: 0, count: 1001), "large"))
    guard case .refused(3, let large, nil)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(large.kind == .tooLarge)
    try worker.send(4, picture: "/dev/null")
    guard case .refused(4, let device, nil)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
    #expect(device.kind == .unreadable)
    try worker.send(5, picture: try write(Self.gif, "picture"))
    guard case .classified(5, _, _, _, _)? = try worker.receive() else {
      Issue.record("no answer")
      return
    }
  }

  @Test("end-of-file lets it finish what it has and exit 0")
  func endOfFile() throws {
    let worker = try start(try models.publish(TinyNetwork()))
    _ = try worker.ready()
    let picture = try write(Self.gif, "picture")
    for id in 1...20 { try worker.send(UInt64(id), picture: picture) }
    shutdown(worker.socket, Int32(SHUT_WR))
    for _ in 1...20 {
      guard case .classified? = try worker.receive() else {
        Issue.record("an answer is missing")
        return
      }
    }
    #expect(try worker.receive() == nil)
    #expect(worker.wait(seconds: 20) == 0)
  }

  @Test("it goes when the daemon is gone, even while it is busy and stopped reading")
  func abandoned() throws {
    let worker = try start(try models.publish(TinyNetwork()))
    let capacity = try worker.ready().capacity
    let picture = try write(Self.gif, "picture")
    for id in 0..<3 * capacity { try worker.send(UInt64(id), picture: picture) }
    worker.closeSocket()
    #expect(worker.wait(seconds: 20) == 0)
  }

  @Test(
    "a picture that needs more memory than there is is refused, and others go on",
    .enabled(if: Shared.has("data/awkward")))
  func memory() throws {
    // 400 megapixels in 47 KB: with the limit on pixels raised, memory has to hold.
    let worker = try start(
      try models.publish(TinyNetwork()), "--max-pixels", "1000000000", "--memory-limit", "402653184")
    _ = try worker.ready()
    let folder = Shared.folder.pushing("data/awkward")
    let bomb = folder.appending("bomb-20000x20000-1bit.png")
    let names = [bomb, folder.appending("rgba.png"), bomb, bomb, folder.appending("camera-16mp.jpg")]
    var refused: [Int] = []
    try worker.classify(names, inFlight: 5) { index, answer in
      if case .refused(_, let refusal, _) = answer {
        refused.append(index)
        #expect(refusal.kind == .outOfMemory)
      }
    }
    #expect(refused.sorted() == [0, 2, 3])
  }

  @Test("a broken bundle is said in its last words, and it exits 1")
  func brokenBundle() throws {
    let bundle = try models.publish(TinyNetwork())
    try Data("damaged".utf8).write(to: URL(fileURLWithPath: bundle.appending("model.onnx").string))
    let worker = try start(bundle)
    guard case .failed(let code, _, let remedy)? = try worker.receive() else {
      Issue.record("no last words")
      return
    }
    #expect(code == WinnowError.Code.bundleDamaged.rawValue)
    #expect(remedy != nil)
    #expect(worker.wait(seconds: 20) == 1)
  }

  @Test("a model that no longer gives its golden answers is not served")
  func failedSelfCheck() throws {
    let network = TinyNetwork()
    let wrong = GoldenAnswers(
      answers: GoldenPicture.standard.map { .init(picture: $0, logits: [5, 4, 3, 2, 1]) })
    let bundle = try models.publish(
      network.onnx(), classes: TestModels.classes(5), input: TestModels.input(network), golden: wrong)
    let worker = try start(bundle)
    guard case .failed(let code, _, _)? = try worker.receive() else {
      Issue.record("no last words")
      return
    }
    #expect(code == WinnowError.Code.goldenMismatch.rawValue)
    #expect(worker.wait(seconds: 20) == 1)
  }

  @Test("where bf16 is too coarse for a network, auto serves it at fp32")
  func coarse() throws {
    let network = TinyNetwork()
    var golden = try SelfCheck.makeAnswers(with: try models.compile(network))
    golden.tolerances["bf16"] = 1e-9
    let bundle = try models.publish(
      network.onnx(), classes: TestModels.classes(5), input: TestModels.input(network), golden: golden)
    let automatic = try WorkerHarness(Self.program, arguments: ["--bundle", bundle.string, "--precision", "auto"])
    #expect(try automatic.ready().precision == "fp32")
    let asked = try WorkerHarness(Self.program, arguments: ["--bundle", bundle.string, "--precision", "bf16"])
    guard Precision.best(onProcessorWith: Processor.flags()) == .bf16 else {
      // A processor without bf16 computes fp32 whatever is asked, and says so.
      #expect(try asked.ready().precision == "fp32")
      return
    }
    guard case .failed(let code, _, _)? = try asked.receive() else {
      Issue.record("no last words")
      return
    }
    #expect(code == WinnowError.Code.goldenMismatch.rawValue)
  }

  @Test("it runs without rights, without open files, and sealed")
  func sealed() throws {
    let worker = try start(try models.publish(TinyNetwork()))
    _ = try worker.ready()
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(worker.pid)/task")
    #expect(tasks.count > 4)
    for task in tasks {
      let fields = try status(pid_t(task) ?? 0)
      #expect(fields["Seccomp"] == "2")
      #expect(fields["NoNewPrivs"] == "1")
      #expect(fields["CapEff"] == "0000000000000000")
      #expect(fields["CapPrm"] == "0000000000000000")
    }
    let fields = try status(worker.pid)
    #expect(fields["Name"] == "winnow-worker")
    if geteuid() == 0 {
      #expect(fields["Uid"]?.hasPrefix("0\t") == false)
      #expect(fields["Groups"]?.isEmpty != false)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(worker.pid)/fd")
      let targets = open.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(worker.pid)/fd/\($0)")
      }
      #expect(!targets.contains { $0.contains("model") || $0.hasPrefix(models.folder.string) })
    }
  }

  @Test("a compiled network is written once, used after, and not used when damaged")
  func cache() throws {
    let bundle = try models.publish(TinyNetwork())
    let cache = models.folder.appending("cache")
    let arguments = ["--bundle", bundle.string, "--cache", cache.string, "--threads", "2", "--precision", "fp32"]
    #expect(try run(Self.program, arguments + ["--compile"]).status == 0)
    let picture = try write(Self.gif, "picture")
    for isDamaged in [false, true] {
      if isDamaged {
        for name in try FileManager.default.contentsOfDirectory(atPath: cache.string) where name.hasSuffix(".blob") {
          let url = URL(fileURLWithPath: cache.appending(name).string)
          var data = try Data(contentsOf: url)
          data[data.count / 2] ^= 0xff
          try data.write(to: url)
        }
      }
      let worker = try start(bundle, "--cache", cache.string)
      #expect(try worker.ready().loadedFromCache == !isDamaged)
      var count = 0
      try worker.classify(Array(repeating: picture, count: 50), inFlight: 16) { _, answer in
        if case .classified = answer { count += 1 }
      }
      #expect(count == 50)
    }
  }

  @Test("golden answers of a draft are printed as JSON")
  func makeGolden() throws {
    let network = TinyNetwork()
    let draft = try models.library.makeDraft()
    try draft.write(network.onnx(), to: ModelBundle.modelFile)
    try draft.write(
      BundleManifest(
        name: "draft", created: Timestamp(seconds: 1), classes: TestModels.classes(5), input: TestModels.input(network))
    )
    let (status, output) = try run(Self.program, ["--bundle", draft.path.string, "--make-golden"])
    #expect(status == 0)
    let golden = try GoldenAnswers(json: output)
    for answer in golden.answers {
      let expected = network.logits(
        of: answer.picture.pixels(side: network.side), mean: InputSpec.imageNetMean, std: InputSpec.imageNetStd)
      #expect(GoldenCheck.difference(answer.logits, from: expected) < 1e-4)
    }
  }

  @Test("wrong arguments exit 2", arguments: [["--what"], [], ["--bundle", "/x", "--threads", "none"]])
  func usage(arguments: [String]) throws {
    #expect(try run(Self.program, arguments).status == 2)
  }

  @Test("every awkward file is answered", .enabled(if: Shared.has("data/awkward")), .timeLimit(.minutes(20)))
  func awkward() throws {
    let worker = try start(try models.publish(TinyNetwork()))
    let capacity = try worker.ready().capacity
    let folder = Shared.folder.pushing("data/awkward")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
    var classified: Set<String> = []
    var answers = 0
    try worker.classify(names.map { folder.appending($0) }, inFlight: capacity) { index, answer in
      answers += 1
      if case .classified = answer { classified.insert(names[index]) }
    }
    #expect(answers == names.count)
    #expect(classified.isSuperset(of: ["phone-12mp.HEIC", "camera-16mp.jpg", "rgb-16bit.png", "orientation-6.webp"]))
    #expect(classified.isDisjoint(with: ["text.jpg", "bomb-60000x60000-header.png", "truncated-50pct.jpg"]))
  }

  @Test(
    "photographs are classified as the Python pipeline classifies them",
    .enabled(if: Shared.hasModels && Shared.hasPhotos), .timeLimit(.minutes(20)), arguments: ["fp32", "bf16"])
  func python(precision: String) throws {
    let bundle = try Shared.publish("mobilenet_v2", into: models)
    let worker = try WorkerHarness(Self.program, arguments: ["--bundle", bundle.string, "--precision", precision])
    let capacity = try worker.ready().capacity
    let golden = try Shared.golden("mobilenet_v2").photos
    let files = golden.map { Shared.folder.pushing("data/flowers").pushing(FilePath($0.file)) }
    var same = 0
    var sure = (same: 0, all: 0)
    var difference = 0.0
    try worker.classify(files, inFlight: capacity, wantsLogits: true) { index, answer in
      guard case .classified(_, let facts, let scores, let logits, _) = answer else {
        Issue.record("\(files[index]): \(answer)")
        return
      }
      let expected = golden[index]
      #expect(facts.digest.hex == expected.sha256)
      #expect([facts.width, facts.height] == expected.size)
      let isSame = Int(scores[0].index) == expected.top5[0].index
      same += isSame ? 1 : 0
      if expected.top5[0].probability - expected.top5[1].probability > 0.1 {
        sure.all += 1
        sure.same += isSame ? 1 : 0
      }
      difference += abs(Double(scores[0].probability) - expected.top5[0].probability) / Double(golden.count)
      let apart = GoldenCheck.difference(logits, from: expected.logits)
      #expect(apart < (precision == "fp32" ? 1e-4 : 0.15), "\(expected.file)")
    }
    if precision == "fp32" {
      #expect(same == golden.count)
      #expect(difference < 0.0005)
    } else {
      #expect(sure.same == sure.all)
      #expect(Double(same) >= 0.95 * Double(golden.count))
      #expect(difference < 0.02)
    }
  }
}
