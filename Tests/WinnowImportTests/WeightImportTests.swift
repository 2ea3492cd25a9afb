import SystemPackage
import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph
import WinnowTestSupport

@testable import WinnowImport

@Suite("An import of pretrained weights", .enabled(if: Surroundings.worker != nil))
struct WeightImportTests {
  @Test("publishes the architecture's network, with numbered classes where no labels are given")
  func numbered() throws {
    let bench = try ImportBench()
    let file = bench.folder.path.appending("weights.safetensors")
    try RegularFile.write(try Self.weights(of: "squeezenet1_1", classes: 3), to: file)
    let request = ModelImportRequest(name: "small", labels: [], architecture: "squeezenet1_1")
    #expect(try bench.run(request, onnx: file, cache: nil).current)
    let bundle = try bench.library.bundle(ModelReference("small"))
    try bundle.verify()
    #expect(bundle.manifest.architecture == "squeezenet1_1" && bundle.manifest.output.feature == "feature")
    #expect(bundle.manifest.classes == ["class 0", "class 1", "class 2"])
  }

  @Test("refuses labels that are not as many as the weights' classes, and architectures that are not there")
  func refusals() throws {
    let bench = try ImportBench()
    let file = bench.folder.path.appending("weights.safetensors")
    try RegularFile.write(try Self.weights(of: "squeezenet1_1", classes: 3), to: file)
    for (labels, architecture, code) in [
      (["a", "b"], "squeezenet1_1", "label_mismatch"), (["a", "b", "c"], "resnet18", "weight_mismatch"),
      ([], "alexnet", "unknown_architecture"),
    ] {
      #expect {
        try bench.run(
          ModelImportRequest(name: "small", labels: labels, architecture: architecture), onnx: file, cache: nil)
      } throws: {
        ($0 as? WinnowError)?.code.rawValue == code
      }
    }
    #expect(try bench.library.names().isEmpty)
  }

  /// The answers that PyTorch has of the same weights, with the network's own largest answer as the measure.
  @Test("answers as the same network does that was exported elsewhere", .enabled(if: Surroundings.hasModels))
  func parity() throws {
    let bench = try ImportBench()
    let labels = try Surroundings.imageNetLabels()
    let onnx = Surroundings.model("mobilenet_v2")
    let weights = FilePath(String(onnx.string.dropLast(5)) + ".safetensors")
    _ = try bench.run(ModelImportRequest(name: "exported", labels: labels), onnx: onnx, cache: nil)
    _ = try bench.run(
      ModelImportRequest(name: "pulled", labels: labels, architecture: "mobilenet_v2"), onnx: weights, cache: nil)
    let exported = try #require(try bench.library.bundle(ModelReference("exported")).goldenAnswers())
    let pulled = try #require(try bench.library.bundle(ModelReference("pulled")).goldenAnswers())
    for (first, second) in zip(exported.answers, pulled.answers) {
      let largest = first.logits.map { abs($0) }.max() ?? 0
      #expect(zip(first.logits, second.logits).allSatisfy { abs($0 - $1) <= 1e-4 * largest })
    }
  }

  /// Seeded numbers under an architecture's names, as safetensors.
  private static func weights(of name: String, classes: Int) throws -> [UInt8] {
    var random = SeededGenerator(seed: 7)
    var (entries, bytes): ([String], [UInt8]) = ([], [])
    for parameter in try Architecture(named: name).parameters(classes: classes) {
      let start = bytes.count
      for _ in 0..<parameter.shape.reduce(1, *) {
        let value = Float.random(in: -0.1...0.1, using: &random)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
      entries.append(
        #""\#(parameter.name)":{"dtype":"F32","shape":\#(parameter.shape),"data_offsets":[\#(start),\#(bytes.count)]}"#)
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + bytes
  }
}
