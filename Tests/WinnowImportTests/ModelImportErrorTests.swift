import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph
import WinnowTestSupport

@testable import WinnowImport

@Suite("A file that cannot become a model")
struct ModelImportErrorTests {
  /// A way to spoil an import, and what has to be said about it.
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let code: String
    /// What the message names, besides the file where the file is to blame.
    let names: [String]
    var blamesFile = true
    let file: @Sendable () throws -> [UInt8]
    var change: @Sendable (inout ModelImportRequest) -> Void = { _ in }
  }

  static let rows = [
    Row(testDescription: "no ONNX", code: "broken_model", names: []) { Array("not a model".utf8) },
    Row(testDescription: "empty", code: "broken_model", names: []) { [] },
    Row(testDescription: "cut off", code: "broken_model", names: []) { Array(try SmallNetwork().onnx().dropLast(40)) },
    Row(testDescription: "weights in other files", code: "external_data", names: ["weights.bin"]) {
      Self.withExternalData()
    },
    Row(testDescription: "a second input", code: "second_input", names: ["picture", "mask"]) {
      try SmallNetwork(hasSecondInput: true).onnx()
    },
    Row(testDescription: "no picture", code: "no_picture_input", names: ["numbers"]) {
      var builder = GraphBuilder(name: "table")
      let numbers = builder.input("numbers", [.batch, .fixed(3)])
      builder.output(
        "classes", builder.gemm(numbers, weights: try Tensor([Float](repeating: 1, count: 9), shape: [3, 3])))
      return try builder.build().onnxBytes()
    },
    Row(testDescription: "four channels", code: "no_picture_input", names: ["picture"]) {
      try SmallNetwork(channels: 4).onnx()
    },
    Row(testDescription: "no square", code: "no_picture_input", names: ["12 × 8"]) {
      try SmallNetwork(width: .fixed(12)).onnx()
    },
    Row(
      testDescription: "an unknown operator behind which nothing is known", code: "unknown_operator", names: ["Sorcery"]
    ) {
      var graph = try SmallNetwork(activation: "Sorcery").graph()
      graph.outputs[0].type.shape = nil
      return graph.onnxBytes()
    },
    Row(testDescription: "too few labels", code: "label_mismatch", names: ["2 labels", "3 values"]) {
      try SmallNetwork().onnx()
    } change: {
      $0.labels = ["a", "b"]
    },
    Row(testDescription: "too many labels", code: "label_mismatch", names: ["4 labels", "3 values"]) {
      try SmallNetwork().onnx()
    } change: {
      $0.labels = ["a", "b", "c", "d"]
    },
    Row(testDescription: "a label that leads out", code: "invalid_input", names: ["line 2", ".."], blamesFile: false) {
      try SmallNetwork().onnx()
    } change: {
      $0.labels = ["a", "b/../c", "d"]
    },
    Row(testDescription: "a label of Winnow's own", code: "invalid_input", names: ["line 3"], blamesFile: false) {
      try SmallNetwork().onnx()
    } change: {
      $0.labels = ["a", "b", "_review"]
    },
    Row(testDescription: "an empty line", code: "invalid_input", names: ["line 2"], blamesFile: false) {
      try SmallNetwork().onnx()
    } change: {
      $0.labels = ["a", "", "c"]
    },
    Row(testDescription: "no labels", code: "invalid_input", names: ["empty"], blamesFile: false) {
      try SmallNetwork().onnx()
    } change: {
      $0.labels = []
    },
    Row(testDescription: "a name that is no folder", code: "invalid_input", names: ["../x"], blamesFile: false) {
      try SmallNetwork().onnx()
    } change: {
      $0.name = "../x"
    },
    Row(testDescription: "a crop the network does not take", code: "invalid_input", names: ["16", "8 × 8"]) {
      try SmallNetwork().onnx()
    } change: {
      $0.crop = 16
    },
    Row(testDescription: "a crop beyond all measure", code: "invalid_input", names: ["\(Int.max)"]) {
      try SmallNetwork(height: .unknown, width: .unknown).onnx()
    } change: {
      $0.crop = .max
    },
    Row(testDescription: "a size of nothing", code: "invalid_input", names: ["resize"]) {
      try SmallNetwork().onnx()
    } change: {
      $0.resize = 0
    },
    Row(testDescription: "a mean of two colours", code: "invalid_input", names: ["mean"]) {
      try SmallNetwork().onnx()
    } change: {
      $0.mean = [0.5, 0.5]
    },
    Row(testDescription: "a deviation of zero", code: "invalid_input", names: ["deviation"]) {
      try SmallNetwork().onnx()
    } change: {
      $0.std = [1, 0, 1]
    },
  ]

  @Test("is refused with its reason, and leaves nothing", arguments: rows)
  func refused(row: Row) throws {
    let bench = try ImportBench()
    let file = try bench.folder.file("bad.onnx", row.file())
    var request = ModelImportRequest(name: "bad", labels: SmallNetwork.classes, source: "~/bad.onnx")
    row.change(&request)
    let error = #expect(throws: WinnowError.self) { try bench.run(request, onnx: file) }
    #expect(error?.code.rawValue == row.code)
    #expect(error?.message.hasPrefix("~/bad.onnx: ") == row.blamesFile, "\(error?.message ?? "")")
    for name in row.names { #expect(error?.message.contains(name) == true, "\(error?.message ?? "")") }
    #expect(error?.remedy != nil)
    #expect(bench.leftovers.isEmpty)
  }

  @Test("a missing file, a folder, a pipe and a file over 2 GiB are told apart without reading them")
  func unreadable() throws {
    let bench = try ImportBench()
    let request = ModelImportRequest(name: "bad", labels: ["a"])
    let pipe = bench.folder.path.appending("pipe")
    #expect(pipe.withPlatformString { mkfifo($0, 0o600) } == 0)
    let large = try bench.folder.file("large", [])
    #expect(large.withPlatformString { truncate($0, (2 << 30) + 1) } == 0)
    let expected: [(FilePath, WinnowError.Code)] = [
      (bench.folder.path.appending("missing"), .notFound), (bench.folder.path, .invalidInput), (pipe, .invalidInput),
      (large, .tooLarge),
    ]
    for (file, code) in expected {
      let error = #expect(throws: WinnowError.self) { try bench.run(request, onnx: file) }
      #expect(error?.code == code)
      #expect(error?.message.contains(file.string) == true)
    }
  }

  @Test("a worker that is missing is an error, and leaves nothing")
  func noWorker() throws {
    let bench = try ImportBench()
    let file = try bench.folder.file("small.onnx", SmallNetwork().onnx())
    let error = #expect(throws: WinnowError.self) {
      try bench.run(
        ModelImportRequest(name: "small", labels: SmallNetwork.classes), onnx: file,
        worker: bench.folder.path.appending("nothing"))
    }
    #expect(error?.code.rawValue == "start_failed")
    #expect(bench.leftovers.isEmpty)
  }

  @Test("a worker that ends without a word, or answers nonsense, is an error, and leaves nothing")
  func brokenWorker() throws {
    for script in ["exit 3", "echo '{\"schema\": 1}'", "yes '0123456789' | head -c 80000000"] {
      let bench = try ImportBench()
      let file = try bench.folder.file("small.onnx", SmallNetwork().onnx())
      let worker = try bench.folder.file("worker", "#!/bin/sh\n\(script)\n")
      #expect(worker.withPlatformString { chmod($0, 0o755) } == 0)
      #expect(throws: WinnowError.self) {
        try bench.run(
          ModelImportRequest(name: "small", labels: SmallNetwork.classes), onnx: file, worker: worker)
      }
      #expect(bench.leftovers.isEmpty)
    }
  }

  /// The smallest ONNX file whose one weight lies in weights.bin; field numbers from onnx.proto.
  private static func withExternalData() -> [UInt8] {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
    func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    let place = field(13, text(1, "location") + text(2, "weights.bin"))
    let tensor = [0x08, 0x01, 0x10, 0x01] + text(8, "weight") + place + [14 << 3, 0x01]
    return [0x08, 0x08] + field(7, field(5, tensor)) + field(8, [0x10, 0x11])
  }
}
