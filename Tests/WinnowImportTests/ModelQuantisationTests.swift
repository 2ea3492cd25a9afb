import Foundation
import SystemPackage
import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowImport

@Suite("Bringing a model to int8", .enabled(if: Surroundings.worker != nil))
struct ModelQuantisationTests {
  @Test("publishes both networks as a version that takes its parent's place, and says how the promise was kept")
  func kept() throws {
    let bench = try QuantisationBench(pictures: 330)
    let reply = try bench.quantise(bench.trial())
    #expect(reply.model == "small@1" && reply.version == 2 && reply.current)
    #expect(reply.reason.hasPrefix("int8 keeps its promise"))
    #expect(reply.calibrated == 30)
    #expect(reply.comparison?.pictures == 300 && reply.comparison?.labelled == 300)
    #expect(reply.comparison?.fullAccuracy == 1 && reply.comparison?.int8Accuracy == 1)

    let bundle = try bench.library.bundle(ModelReference("small"))
    try bundle.verify()
    #expect(bundle.manifest.parent == ModelVersion(name: "small", version: 1))
    #expect(bundle.manifest.int8?.basis == .labels && bundle.manifest.int8?.judged == 300)
    #expect(bundle.manifest.precisions == ["int8", "fp32", "bf16"])
    let first = try bench.library.bundle(ModelReference("small@1"))
    #expect(bundle.manifest.files[ModelBundle.modelFile] == first.manifest.files[ModelBundle.modelFile])
    let details = try ModelDesk(library: bench.library).show(ModelReference("small"))
    #expect(details.precision.first == "int8" && details.int8 == bundle.manifest.int8?.sentence)
    #expect(details.parent == "small@1")
    // Nothing of the trial is left behind.
    #expect(!bench.imports.leftovers.contains { $0.hasPrefix(".") })
  }

  @Test("the golden answers are the int8 network's own, near those of full precision")
  func golden() throws {
    let bench = try QuantisationBench(pictures: 310)
    _ = try bench.quantise(bench.trial())
    let bundle = try bench.library.bundle(ModelReference("small"))
    let full = try #require(try bundle.goldenAnswers())
    let int8 = try #require(try bundle.goldenAnswers(int8: true))
    #expect(full.answers.map(\.picture) == int8.answers.map(\.picture))
    #expect(full.answers != int8.answers)
    for (one, other) in zip(full.answers, int8.answers) {
      #expect(GoldenCheck.difference(other.logits, from: one.logits) < 0.5)
    }
  }

  @Test("a worker serves int8 by itself and says so, and full precision where that is asked for")
  func serving() throws {
    let bench = try QuantisationBench(pictures: 310)
    _ = try bench.quantise(bench.trial())
    let bundle = try bench.library.bundle(ModelReference("small"))
    #expect(try bench.precision(of: bundle, asked: "auto") == "int8")
    #expect(try bench.precision(of: bundle, asked: "int8") == "int8")
    #expect(try bench.precision(of: bundle, asked: "fp32") == "fp32")
    let first = try bench.library.bundle(ModelReference("small@1"))
    #expect(["fp32", "bf16"].contains(try bench.precision(of: first, asked: "int8")))
  }

  @Test("where int8 does not give its golden answers a worker serves fp32, unless int8 was asked for")
  func wrongGolden() throws {
    let bench = try QuantisationBench(pictures: 310)
    _ = try bench.quantise(bench.trial())
    let bundle = try bench.library.bundle(ModelReference("small"))
    var golden = try #require(try bundle.goldenAnswers(int8: true))
    for index in golden.answers.indices { golden.answers[index].logits.reverse() }
    let draft = try bench.library.makeDraft()
    try draft.copyFiles(of: bundle, except: [GoldenAnswers.int8FileName])
    try draft.write(try golden.json(), to: GoldenAnswers.int8FileName)
    let (model, _) = try bench.library.publish(draft, manifest: bundle.manifest)
    let wrong = try bench.library.bundle(ModelReference(name: model.name, version: model.version))
    #expect(try bench.precision(of: wrong, asked: "auto") == "fp32")
  }

  @Test("a broken promise publishes nothing and says why")
  func broken() throws {
    let bench = try QuantisationBench(.lopsided, pictures: 330)
    let reply = try bench.quantise(bench.trial())
    #expect(reply.version == nil && !reply.current)
    #expect(reply.reason.contains("full precision as before"))
    #expect(reply.reason.contains("more than one in 300"), "\(reply.reason)")
    #expect((reply.comparison?.int8Accuracy ?? 1) < 0.9)
    #expect(try bench.library.versions(of: "small") == [1])
    #expect(bench.library.current(of: "small")?.version == 1)
    #expect(!bench.imports.leftovers.contains { $0.hasPrefix(".") })
    let unlabelled = try bench.quantise(bench.trial(labelled: false))
    #expect(unlabelled.version == nil && unlabelled.reason.contains("names another class"))
  }

  @Test("without labels agreement judges")
  func agreement() throws {
    let bench = try QuantisationBench(pictures: 330)
    let reply = try bench.quantise(bench.trial(labelled: false))
    #expect(reply.version == 2 && reply.comparison?.labelled == 0 && reply.comparison?.drop == nil)
    #expect(try bench.library.bundle(ModelReference("small")).manifest.int8?.basis == .agreement)
  }

  @Test("with fewer than 310 pictures nothing is computed, and the reply says how many are needed")
  func few() throws {
    let bench = try QuantisationBench(pictures: 1)
    let reply = try bench.quantise(bench.trial(309))
    #expect(reply.version == nil && reply.calibrated == 0 && reply.comparison == nil)
    #expect(reply.reason.contains("309 pictures") && reply.reason.contains("300"))
  }

  @Test("copies of a calibration picture judge nothing, and no picture judges twice")
  func copies() throws {
    let bench = try QuantisationBench(pictures: 150)
    let reply = try bench.quantise(bench.trial(450))
    let judged = try #require(reply.comparison?.pictures)
    #expect(judged + reply.calibrated == 150)
    #expect(reply.version == nil && reply.reason.contains("prove nothing"))
  }

  @Test("files that are no pictures, or gone, count neither way")
  func unreadable() throws {
    let bench = try QuantisationBench(pictures: 450)
    for index in 0..<20 { try Data("no picture".utf8).write(to: URL(filePath: bench.pictures[index].string)) }
    for index in 20..<40 { try FileManager.default.removeItem(atPath: bench.pictures[index].string) }
    let reply = try bench.quantise(bench.trial())
    let judged = try #require(reply.comparison?.pictures)
    #expect(judged + reply.calibrated == 410)
    #expect(reply.version == 2)
  }

  @Test("a version that is not live is followed by one that is not live either")
  func notLive() throws {
    let bench = try QuantisationBench(pictures: 310)
    let again = try bench.imports.run(
      ModelImportRequest(name: "small", labels: SmallNetwork.classes),
      onnx: bench.imports.folder.path.appending("small.onnx"))
    #expect(again.version == 2 && !again.current)
    let reply = try bench.quantise(bench.trial(), "small@2")
    #expect(reply.version == 3 && !reply.current)
    #expect(bench.library.current(of: "small")?.version == 1)
  }

  @Test("a version with int8 can be brought to int8 anew, compared with full precision")
  func anew() throws {
    let bench = try QuantisationBench(pictures: 310)
    _ = try bench.quantise(bench.trial())
    let reply = try bench.quantise(bench.trial())
    #expect(reply.model == "small@2" && reply.version == 3 && reply.current)
    let promise = try #require(try bench.library.bundle(ModelReference("small")).manifest.int8)
    #expect(["bf16", "fp32"].contains(promise.comparedWith))
  }

  @Test("a cancelled job leaves the library as it was")
  func cancelled() throws {
    let bench = try QuantisationBench(pictures: 310)
    bench.imports.cancellation.request()
    let error = #expect(throws: WinnowError.self) { try bench.quantise(bench.trial()) }
    #expect(error?.code == .jobCancelled)
    #expect(!bench.imports.leftovers.contains { $0.hasPrefix(".") })
  }

  @Test(
    "with a head for five flowers int8 is judged by labels, and loses next to nothing",
    .enabled(if: Surroundings.hasModels && Surroundings.hasPhotos))
  func flowers() throws {
    let flowers = try FlowerHead()
    let pictures = flowers.unseen
    let quantisation = ModelQuantisation(
      in: flowers.library, worker: try #require(Surroundings.worker), cache: nil, cancellation: Cancellation(),
      report: { _, _ in })
    let reply = try quantisation.run(
      ModelReference("flowers"),
      on: TrialPictures(
        count: pictures.count, right: { [pictures[$0].label] }, isHeldOut: { _ in false },
        name: { pictures[$0].path.string },
        open: { (index) throws(WinnowError) in try QuantisationBench.open(pictures[index].path) }))
    let comparison = try #require(reply.comparison)
    #expect(comparison.labelled == comparison.pictures && comparison.pictures >= 500)
    #expect((comparison.fullAccuracy ?? 0) > 0.8)
    #expect(abs((comparison.fullAccuracy ?? 0) - (comparison.int8Accuracy ?? 1)) <= 0.015)
    #expect(comparison.agreement > 0.97)
  }

  @Test(
    "MobileNetV2 keeps its promise on photos, with every layer that has weights in int8",
    .enabled(if: Surroundings.hasModels && Surroundings.hasPhotos))
  func mobileNet() throws {
    let bench = try ImportBench()
    _ = try bench.run(
      ModelImportRequest(name: "net", labels: try Surroundings.imageNetLabels()),
      onnx: Surroundings.model("mobilenet_v2"))
    let photos = try Surroundings.photos()
    let quantisation = ModelQuantisation(
      in: bench.library, worker: try #require(Surroundings.worker), cache: nil, cancellation: bench.cancellation,
      report: { _, _ in })
    let reply = try quantisation.run(
      ModelReference("net"),
      on: TrialPictures(
        count: photos.count, right: { _ in [] }, isHeldOut: { _ in false }, name: { photos[$0].string },
        open: { (index) throws(WinnowError) in try QuantisationBench.open(photos[index]) }))
    #expect(reply.version == 2 && reply.warnings.isEmpty, "\(reply)")
    #expect((reply.comparison?.agreement ?? 0) > 0.86)
    #expect(reply.comparison?.sureAgreement == 1)

    let bundle = try bench.library.bundle(ModelReference("net"))
    let task = WorkerTask(program: try #require(Surroundings.worker), cancellation: bench.cancellation)
    let speed = try EngineSpeed(
      json: try task.run(["--measure", "--bundle", CommandArgument(bundle.path)]))
    #expect(speed.floatLayers == [])
    // 52 convolutions and the head.
    #expect(speed.int8Layers == 53)
  }
}
