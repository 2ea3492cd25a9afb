import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowImport

@Suite("An import", .enabled(if: Surroundings.worker != nil))
struct ModelImportTests {
  @Test("publishes a bundle whose golden answers are the network's own")
  func demonstrationModel() throws {
    let bench = try ImportBench()
    try DemonstrationModel.write(to: bench.folder.path)
    let cache = bench.folder.path.appending("cache")
    let reply = try bench.run(
      DemonstrationColours.request(), onnx: bench.folder.path.appending("colours.onnx"), cache: cache)
    #expect(reply.model == "colours" && reply.version == 1 && reply.current && reply.previous == nil)

    let bundle = try bench.library.bundle(ModelReference("colours"))
    try bundle.verify()
    let golden = try #require(try bundle.goldenAnswers())
    #expect(golden.answers.map(\.picture) == GoldenPicture.standard)
    for answer in golden.answers {
      let expected = try DemonstrationColours.logits(of: answer.picture.pixels(side: DemonstrationModel.side))
      #expect(zip(answer.logits, expected).allSatisfy { abs($0 - $1) < 1e-3 }, "\(answer.logits) \(expected)")
    }
    #expect(bench.folder.contents(of: "cache").contains { $0.hasPrefix("colours@1") && $0.hasSuffix(".blob") })
  }

  @Test("tells how far it is, from 0 to 1")
  func progress() throws {
    let bench = try ImportBench()
    _ = try bench.run(SmallNetwork())
    #expect(bench.shares.first == 0)
    #expect(bench.shares.last == 1)
    #expect(bench.shares == bench.shares.sorted())
    #expect(bench.texts.first?.contains("small.onnx") == true)
  }

  @Test("the first version goes live by itself, the next does not")
  func versions() throws {
    let bench = try ImportBench()
    #expect(try bench.run(SmallNetwork()).current)
    let second = try bench.run(SmallNetwork())
    #expect(second.version == 2)
    #expect(!second.current)
    #expect(bench.library.current(of: "small") == ModelVersion(name: "small", version: 1))
  }

  @Test(
    "works for every shape of input",
    arguments: [
      SmallNetwork(), SmallNetwork(isNHWC: true), SmallNetwork(batch: .fixed(1)),
      SmallNetwork(batch: .fixed(4), isNHWC: true), SmallNetwork(height: .unknown, width: .unknown),
      SmallNetwork(channels: 1), SmallNetwork(channels: 1, isNHWC: true), SmallNetwork(ending: .softmax),
      SmallNetwork(ending: .sigmoid), SmallNetwork(hasSecondOutput: true),
      SmallNetwork(batch: .fixed(2), bakedInBatch: 2),
    ])
  func shapes(network: SmallNetwork) throws {
    let bench = try ImportBench()
    #expect(try bench.run(network).current)
    try bench.library.bundle(ModelReference("small")).verify()
  }

  @Test("grey is what the colours weigh together")
  func grey() throws {
    let bench = try ImportBench()
    let file = try bench.folder.file("grey.onnx", SmallNetwork(channels: 1).onnx())
    let request = ModelImportRequest(
      name: "grey", labels: SmallNetwork.classes, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
    _ = try bench.run(request, onnx: file)
    let golden = try #require(try bench.library.bundle(ModelReference("grey")).goldenAnswers())
    for answer in golden.answers {
      let pixels = answer.picture.pixels(side: 8)
      let luma = pixels.enumerated().reduce(0) { $0 + Float($1.element) * [0.299, 0.587, 0.114][$1.offset % 3] }
      let mean = (luma / Float(pixels.count / 3) / 255 - 0.5) / 0.25
      #expect(zip(answer.logits, [0, mean, 2 * mean]).allSatisfy { abs($0 - $1) < 1e-3 })
    }
  }

  @Test("an operator unknown to Winnow but not to the engine is imported, and not summarised")
  func engineOperator() throws {
    let bench = try ImportBench()
    let reply = try bench.run(SmallNetwork(activation: "Selu"))
    #expect(reply.warnings.contains { $0.contains("Selu") })
    let desk = ModelDesk(library: bench.library)
    let error = #expect(throws: WinnowError.self) { try desk.summary(ModelReference("small")) }
    #expect(error?.code == .unknownOperator)
    #expect(try desk.show(ModelReference("small")).parameters == 9)
  }

  @Test("an operator unknown to both is named, and nothing is published")
  func unknownOperator() throws {
    let bench = try ImportBench()
    let error = #expect(throws: WinnowError.self) { try bench.run(SmallNetwork(activation: "Sorcery")) }
    #expect(error?.code == .unknownOperator)
    #expect(error?.message.contains("Sorcery") == true)
    #expect(bench.leftovers.isEmpty)
  }

  @Test(
    "a network that does not pass its check is not published",
    arguments: [
      (SmallNetwork(scale: .nan), "values that are no numbers"),
      (SmallNetwork(ending: .batchSoftmax), "another answer when it runs with others"),
    ])
  func failedCheck(network: SmallNetwork, complaint: String) throws {
    let bench = try ImportBench()
    let error = #expect(throws: WinnowError.self) { try bench.run(network) }
    #expect(error?.message.contains(complaint) == true, "\(error?.message ?? "")")
    #expect(bench.leftovers.isEmpty)
  }

  @Test("a network that cannot be compiled ahead is published with a warning")
  func noCache() throws {
    let bench = try ImportBench()
    let notAFolder = try bench.folder.file("cache", [])
    let file = try bench.folder.file("small.onnx", SmallNetwork().onnx())
    let reply = try bench.run(
      ModelImportRequest(name: "small", labels: SmallNetwork.classes), onnx: file,
      cache: notAFolder.appending("below"))
    #expect(reply.current)
    #expect(reply.warnings.contains { $0.contains("compiled ahead") })
  }

  @Test("cancelled at any step before it is published, it leaves nothing", arguments: 0..<5)
  func cancelled(step: Int) throws {
    let bench = try ImportBench()
    let cancellation = bench.cancellation
    var steps = 0
    bench.onReport = { _ in
      if steps == step { cancellation.request() }
      steps += 1
    }
    let error = #expect(throws: WinnowError.self) { try bench.run(SmallNetwork()) }
    #expect(error?.code.rawValue == "job_cancelled")
    #expect(bench.leftovers.isEmpty)
  }

  @Test("cancelled while the worker computes, it ends the worker and leaves nothing")
  func cancelledInWorker() throws {
    let bench = try ImportBench()
    let file = try bench.folder.file("small.onnx", SmallNetwork().onnx())
    // Says that it runs, then works for ever.
    let pipe = bench.folder.path.appending("pipe")
    #expect(pipe.withPlatformString { mkfifo($0, 0o600) } == 0)
    let worker = try bench.folder.file(
      "worker", "#!/bin/sh\necho $$ > \(pipe.string)\nwhile :; do /bin/sleep 1; done\n")
    #expect(worker.withPlatformString { chmod($0, 0o755) } == 0)
    let cancellation = bench.cancellation
    let process = Awaited()
    Thread.detachNewThread {
      let read = FileHandle(forReadingAtPath: pipe.string)?.readDataToEndOfFile()
      process.fulfil(String(decoding: read ?? Data(), as: UTF8.self))
      cancellation.request()
    }
    let error = #expect(throws: WinnowError.self) {
      try bench.run(ModelImportRequest(name: "small", labels: SmallNetwork.classes), onnx: file, worker: worker)
    }
    #expect(error?.code.rawValue == "job_cancelled")
    #expect(bench.leftovers.isEmpty)
    let pid = try #require(pid_t(process.value.filter(\.isNumber)))
    #expect(kill(pid, 0) == -1 && errno == ESRCH)
  }

  @Test(
    "the public models keep their counts and costs", .enabled(if: Surroundings.hasModels),
    arguments: [("mobilenet_v2", 3_487_816, 0.301), ("squeezenet1_1", 1_235_496, 0.349)])
  func publicModels(name: String, parameters: Int, published: Double) throws {
    let bench = try ImportBench()
    let reply = try bench.run(
      ModelImportRequest(name: name, labels: try Surroundings.imageNetLabels()), onnx: Surroundings.model(name))
    #expect(reply.warnings.contains { $0.contains("crane") })
    let desk = ModelDesk(library: bench.library)
    let flops = try desk.flops(ModelReference(name))
    #expect(flops.parameters == parameters)
    #expect((Double(flops.macs) / 1e6).rounded() / 1000 == published)
    #expect(flops.flops == 2 * flops.macs)
    let details = try desk.show(ModelReference(name))
    #expect(details.parameters == parameters)
    #expect(
      details.input
        == .init(
          width: 224, height: 224, resize: 256, interpolation: "bilinear", mean: [0.485, 0.456, 0.406],
          std: [0.229, 0.224, 0.225]))
    #expect(details.classes.count == 1000)
  }
}

/// A text that another thread has ready in a moment.
private final class Awaited: @unchecked Sendable {
  // Written before the signal, read after it.
  private var text = ""
  private let isThere = DispatchSemaphore(value: 0)

  func fulfil(_ text: String) {
    self.text = text
    isThere.signal()
  }

  var value: String {
    isThere.wait()
    return text
  }
}
