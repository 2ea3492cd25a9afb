import Foundation
import SystemPackage
import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph
import WinnowTestSupport

@testable import WinnowImport

@Suite("Questions about models")
struct ModelDeskTests {
  private let bench: ImportBench
  private let desk: ModelDesk

  init() throws {
    bench = try ImportBench()
    desk = ModelDesk(library: bench.library)
  }

  private func publish(_ network: SmallNetwork = SmallNetwork(), parameters: Int? = nil) throws {
    let draft = try bench.library.makeDraft()
    try draft.write(network.onnx(), to: ModelBundle.modelFile)
    let metrics = parameters.map { ["parameters": BundleManifest.Metric(value: Double($0))] } ?? [:]
    try bench.library.publish(
      draft,
      manifest: BundleManifest(
        name: "small", created: Timestamp(seconds: 1), classes: SmallNetwork.classes,
        input: InputSpec(resize: 9, crop: 8),
        output: OutputSpec(tensor: "classes"),
        metrics: metrics.merging(["accuracy": .init(value: 0.9, low: 0.8, high: 0.95)]) { $1 }))
  }

  @Test("the list names every version and which is live, and broken ones beside it")
  func list() throws {
    try publish()
    try publish()
    try Data("{".utf8).write(
      to: URL(fileURLWithPath: bench.library.root.appending("small/2/manifest.json").string))
    let (models, problems) = try desk.list()
    #expect(models.models == [ModelEntry(name: "small", version: 1, current: true, precision: ["fp32", "bf16"])])
    #expect(problems.count == 1)
  }

  @Test("an architecture is counted by its bare name, unless a model has that name")
  func architectures() throws {
    let counted = try desk.flops(ModelReference("resnet18"))
    #expect(counted.model == "resnet18" && counted.parameters == 11_689_512 && counted.macs == 1_814_073_344)
    #expect(counted.flops == 2 * counted.macs)
    let summary = try desk.summary(ModelReference("mobilenet_v2"))
    #expect(summary.layers.count > 100 && summary.parameters == 3_504_872)
    #expect { _ = try desk.flops(ModelReference("resnet19")) } throws: { ($0 as? WinnowError)?.code == .notFound }
    #expect { _ = try desk.flops(ModelReference("resnet18@1")) } throws: { ($0 as? WinnowError)?.code == .notFound }
  }

  @Test("show tells what the manifest says, and counts the parameters where nobody did")
  func show() throws {
    try publish()
    try publish(parameters: 12)
    let details = try desk.show(ModelReference("small"))
    #expect(details.parameters == 9)
    #expect(try desk.show(ModelReference("small@2")).parameters == 12)
    #expect(details.version == 1 && details.current && details.versions == [1, 2])
    #expect(details.input.width == 8 && details.input.resize == 9 && details.input.mean == [0.485, 0.456, 0.406])
    #expect(
      details.metrics
        == .object(["accuracy": .object(["value": .number(0.9), "low": .number(0.8), "high": .number(0.95)])]))
    #expect(details.digest.count == 64)
    #expect(details.warnings.count == 1)
  }

  @Test("summary and flops agree, count once per picture and show the batch as -1")
  func summary() throws {
    try publish()
    let summary = try desk.summary(ModelReference("small"))
    #expect(summary.layers.map(\.op) == ["GlobalAveragePool", "Flatten", "Gemm"])
    #expect(summary.layers.last?.output == [-1, 3])
    #expect(summary.parameters == 9 && summary.macs == 9 && summary.flops == 18)
    #expect(
      try desk.flops(ModelReference("small"))
        == ModelFlopsReply(model: "small@1", parameters: 9, macs: 9, flops: 18))
  }

  @Test("a fixed batch does not multiply the cost of a picture")
  func fixedBatch() throws {
    try publish(SmallNetwork(batch: .fixed(4)))
    #expect(try desk.flops(ModelReference("small")).macs == 9)
    #expect(try desk.summary(ModelReference("small")).layers.last?.macs == 9)
  }

  @Test("promote, rollback and remove switch and say what was before")
  func switching() throws {
    try publish()
    try publish()
    #expect(
      try desk.promote(ModelReference("small"))
        == ModelChangeReply(model: "small", version: 2, current: true, previous: 1))
    #expect(
      try desk.promote(ModelReference("small@2")) == ModelChangeReply(model: "small", version: 2, current: true))
    #expect(
      try desk.rollback(ModelReference("small"))
        == ModelChangeReply(model: "small", version: 1, current: true, previous: 2))
    let error = #expect(throws: WinnowError.self) { try desk.remove(ModelReference("small@1")) }
    #expect(error?.code == .notPermitted)
    #expect(
      try desk.remove(ModelReference("small@2")) == ModelChangeReply(model: "small", version: 2, current: false))
    #expect(try desk.remove(ModelReference("small")).version == 1)
    #expect(try desk.list().models.models.isEmpty)
    #expect(throws: WinnowError.self) { try desk.show(ModelReference("small")) }
  }

  @Test("export writes the served network, over an old file too")
  func export() throws {
    try publish()
    let target = try bench.folder.file("out.onnx", [1, 2, 3])
    let reply = try desk.export(ModelReference("small"), to: target)
    let written = [UInt8](try Data(contentsOf: URL(fileURLWithPath: target.string)))
    #expect(written == (try SmallNetwork().onnx()))
    #expect(reply == ModelExportReply(model: "small@1", file: target, bytes: Int64(written.count)))
  }

  @Test("export to where nothing can be written is an error that names the place")
  func exportNowhere() throws {
    try publish()
    let target = bench.folder.path.appending("missing/out.onnx")
    let error = #expect(throws: WinnowError.self) { try desk.export(ModelReference("small"), to: target) }
    #expect(error?.message.contains("missing") == true)
  }

  @Test("a network that was changed on the disk is refused")
  func damaged() throws {
    try publish()
    try Data(try SmallNetwork(scale: 2).onnx()).write(
      to: URL(fileURLWithPath: bench.library.root.appending("small/1/model.onnx").string))
    let error = #expect(throws: WinnowError.self) { try desk.flops(ModelReference("small")) }
    #expect(error?.code == .bundleDamaged)
  }
}
