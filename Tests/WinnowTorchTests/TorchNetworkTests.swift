import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowGraph
import WinnowWeights

@testable import WinnowTorch

@Suite("A network on LibTorch", .serialized)
struct TorchNetworkTests {
  static let library = Result { () throws in
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return try TorchLibrary(at: TorchLibrary.path(beside: FilePath(program)))
  }

  /// Numbers that look random, the same each time, between -1 and 1.
  static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// A small network with a skip connection, a depthwise convolution and norms.
  static func graph() throws -> Graph {
    var builder = GraphBuilder(name: "small")
    func tensor(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
      try Tensor(numbers(shape.reduce(1, *), seed: seed), shape: shape)
    }
    let input = builder.input("input", [.batch, .fixed(3), .fixed(16), .fixed(16)])
    var map = builder.conv(input, weights: try tensor([8, 3, 3, 3], 1), stride: 2, pads: 1)
    var norm = [map]
    for (name, values) in [
      ("norm.weight", numbers(8, seed: 2).map { $0 + 2 }), ("norm.bias", numbers(8, seed: 3)),
      ("norm.running_mean", numbers(8, seed: 4)), ("norm.running_var", numbers(8, seed: 5).map { $0 + 2 }),
    ] {
      norm.append(builder.parameter(try Tensor(values, shape: [8]), named: name))
    }
    map = builder.relu(builder.node("BatchNormalization", norm, ["epsilon": .float(1e-5)]))
    let depthwise = builder.conv(map, weights: try tensor([8, 1, 3, 3], 6), pads: 1, groups: 8)
    map = builder.add(map, depthwise)
    let feature = builder.flatten(builder.globalAveragePool(map))
    builder.output("logits", builder.gemm(feature, weights: try tensor([3, 8], 7), bias: try tensor([3], 8)))
    builder.output("feature", feature)
    return try builder.build()
  }

  @Test("gives the logits that PyTorch gave, with public weights", .enabled(if: SharedPhotos.models != nil))
  func golden() throws {
    let models = try #require(SharedPhotos.models)
    let library = try Self.library.get()
    for name in ["mobilenet_v2", "squeezenet1_1"] {
      let weights = try PretrainedWeights(
        Array(try Data(contentsOf: models.appending(path: "\(name)-imagenet.safetensors"))))
      let network = try TorchNetwork(try weights.graph(of: Architecture(named: name)), in: library)
      let golden = try JSONDecoder().decode(
        SharedPhotos.Golden.self, from: try Data(contentsOf: models.appending(path: "golden/\(name).json")))
      var compared = 0
      for photo in golden.photos {
        guard let file = photo.input_tensor else { continue }
        let picture = try SharedPhotos.tensor(models.appending(path: "golden/\(file)"))
        let logits = try library.withoutGradients { () throws(WinnowError) in
          let batch = try TorchTensor(picture, shape: [1, 3, 224, 224], in: library).channelsLast()
          return try network.outputs(of: batch, training: false)["logits"]?.floats() ?? []
        }
        let largest = photo.logits.map(abs).max() ?? 1
        #expect(zip(logits, photo.logits).allSatisfy { abs($0 - $1) <= 1e-4 * largest })
        #expect(logits.count == photo.logits.count)
        compared += 1
      }
      #expect(compared > 0)
    }
  }

  @Test("learns a batch by heart: the loss falls by nine parts of ten", arguments: [false, true])
  func learning(isRounded: Bool) throws {
    let library = try Self.library.get()
    let network = try TorchNetwork(Self.graph(), numbers: isRounded ? .bfloat16 : .float32, in: library)
    let batch = try TorchTensor(Self.numbers(8 * 3 * 16 * 16, seed: 9), shape: [8, 3, 16, 16], in: library)
      .channelsLast()
    let targets = try TorchTensor(
      (0..<8).flatMap { row in (0..<3).map { $0 == row % 3 ? Float(1) : 0 } }, shape: [8, 3], in: library)
    let learnt = network.parameters.filter(\.isLearnt).map(\.tensor)
    #expect(learnt.count == 6)
    let optimiser = try AdamW(learnt, decay: 0)
    var losses: [Float] = []
    for _ in 0..<200 {
      let logits = try #require(try network.outputs(of: batch, training: true)["logits"])
      let loss = try logits.crossEntropy(targets, weights: nil)
      losses.append(try loss.floats()[0])
      try learnt.clearGradients()
      try loss.backward()
      try learnt.clipGradients(to: 5)
      try optimiser.step(rate: 0.02)
    }
    #expect(losses[199] < 0.1 * losses[0], "\(losses[0]) to \(losses[199])")
  }

  @Test("learns weights that are transposed before they are multiplied", arguments: [false, true])
  func transposedWeights(isRounded: Bool) throws {
    let library = try Self.library.get()
    var builder = GraphBuilder(name: "pixels")
    let input = builder.input("input", [.batch, .fixed(3), .fixed(2), .fixed(2)])
    let pixels = builder.transpose(input, [0, 2, 3, 1])
    let weight = builder.parameter(try Tensor(Self.numbers(12, seed: 1), shape: [4, 3]), named: "weight")
    let map = builder.transpose(builder.node("MatMul", [pixels, builder.transpose(weight, [1, 0])]), [0, 3, 1, 2])
    let feature = builder.flatten(builder.globalAveragePool(map))
    builder.output("logits", builder.gemm(feature, weights: try Tensor(Self.numbers(8, seed: 2), shape: [2, 4])))
    let graph = try builder.build()
    let network = try TorchNetwork(graph, numbers: isRounded ? .bfloat16 : .float32, in: library)
    let learnt = network.parameters.filter(\.isLearnt)
    #expect(learnt.count == 2 && learnt.contains { $0.name == "weight" && $0.decays })
    let batch = try TorchTensor(Self.numbers(24, seed: 3), shape: [2, 3, 2, 2], in: library)
    let targets = try TorchTensor([1, 0, 0, 1], shape: [2, 2], in: library)
    let logits = try #require(try network.outputs(of: batch, training: true)["logits"])
    try logits.crossEntropy(targets, weights: nil).backward()
    try AdamW(learnt.map(\.tensor), decay: 0).step(rate: 0.01)
    #expect(try network.weights(into: graph).initialisers["weight"] != graph.initialisers["weight"])
  }

  @Test("in training moves its running statistics, and puts all its weights back into the graph")
  func statistics() throws {
    let library = try Self.library.get()
    let graph = try Self.graph()
    let network = try TorchNetwork(graph, in: library)
    let batch = try TorchTensor([Float](repeating: 0, count: 3 * 16 * 16), shape: [1, 3, 16, 16], in: library)
    #expect(try network.weights(into: graph) == graph)
    _ = try network.outputs(of: batch, training: false)
    #expect(try network.weights(into: graph) == graph)
    _ = try network.outputs(of: batch, training: true)
    let changed = try network.weights(into: graph)
    let before = try #require(graph.initialisers["norm.running_mean"]?.floats)
    let after = try #require(changed.initialisers["norm.running_mean"]?.floats)
    #expect(zip(before, after).allSatisfy { abs($1 - 0.9 * $0) < 1e-6 })
    #expect(changed.initialisers["norm.weight"] == graph.initialisers["norm.weight"])
  }

  @Test("names the node that it cannot compute")
  func unfit() throws {
    var graph = try Self.graph()
    graph.nodes[0].attributes["pads"] = .ints([0, 0, 1, 1])
    let error = #expect(throws: WinnowError.self) { try TorchNetwork(graph, in: Self.library.get()) }
    #expect(error?.code == .notTrainable && error?.message.contains("(Conv) has pads that differ") == true)
  }

  @Test("a failure inside of LibTorch is an error with its text")
  func failure() throws {
    let library = try Self.library.get()
    let left = try TorchTensor([1, 2, 3], shape: [3], in: library)
    let right = try TorchTensor([1, 2], shape: [2], in: library)
    let error = #expect(throws: WinnowError.self) { try left.matmul(right) }
    #expect(error?.code == .torchFailure && error?.message.contains("size") == true)
    #expect(throws: WinnowError.self) { try TorchTensor([1, 2], shape: [3], in: library) }
  }

  @Test("a file that is no such library is refused")
  func noLibrary() throws {
    let error = #expect(throws: WinnowError.self) { try TorchLibrary(at: "/proc/self/exe") }
    #expect(error?.code == .torchMissing)
  }
}
