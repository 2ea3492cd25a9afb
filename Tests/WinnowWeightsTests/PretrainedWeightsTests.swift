import Testing
import WinnowCore
import WinnowGraph

@testable import WinnowWeights

@Suite("Pretrained weights")
struct PretrainedWeightsTests {
  /// A file with all tensors of SqueezeNet for three classes, changed as asked.
  private static func file(
    _ change: (inout [(name: String, shape: [Int], type: String)]) -> Void = { _ in }, fill: UInt8 = 0
  ) throws -> [UInt8] {
    var tensors = try Architecture(named: "squeezenet1_1").parameters(classes: 3).map {
      (name: $0.name, shape: $0.shape, type: "F32")
    }
    tensors.append((name: "features.0.num_batches_tracked", shape: [], type: "I64"))
    change(&tensors)
    var entries: [String] = []
    var end = 0
    for tensor in tensors {
      let size = tensor.shape.reduce(1, *) * (tensor.type == "I64" ? 8 : 4)
      entries.append(
        #""\#(tensor.name)":{"dtype":"\#(tensor.type)","shape":\#(tensor.shape),"data_offsets":[\#(end),\#(end + size)]}"#
      )
      end += size
    }
    return safetensors("{" + entries.joined(separator: ",") + "}", [UInt8](repeating: fill, count: end))
  }

  private static func complaint(_ file: [UInt8], _ architecture: String = "squeezenet1_1") -> String? {
    do {
      _ = try PretrainedWeights(file).graph(of: Architecture(named: architecture))
      return nil
    } catch {
      return "\(error.code.rawValue): \(error.message)"
    }
  }

  @Test("of an architecture make its network, with as many classes as their head has")
  func graph() throws {
    let weights = try PretrainedWeights(try Self.file())
    let architecture = try Architecture(named: "squeezenet1_1")
    #expect(try weights.classCount(of: architecture) == 3)
    #expect(try weights.graph(of: architecture).classifierSignature().classCount == 3)
  }

  @Test("that lack something, have too much or another shape are refused by name")
  func mismatches() throws {
    let missing = try #require(Self.complaint(try Self.file { $0.removeAll { $0.name == "features.3.squeeze.bias" } }))
    #expect(missing.contains("weight_mismatch") && missing.contains("missing: features.3.squeeze.bias"))
    let surplus = try #require(Self.complaint(try Self.file { $0.append((name: "extra", shape: [1], type: "F32")) }))
    #expect(surplus.contains("not of it: extra"))
    let misshapen = try #require(
      Self.complaint(try Self.file { $0[0].shape = [64, 3, 3, 1] }))
    #expect(misshapen.contains("features.0.weight [64, 3, 3, 1] for [64, 3, 3, 3]"))
    #expect(Self.complaint(try Self.file(), "resnet50")?.contains("there is no fc.weight") == true)
  }

  @Test("that are whole numbers, or no numbers, are refused")
  func values() throws {
    #expect(Self.complaint(try Self.file { $0[1].type = "I64" })?.contains("no floating-point numbers") == true)
    #expect(Self.complaint(try Self.file(fill: 0xFF))?.contains("no number") == true)
  }

  @Test("in another format are refused with what helps")
  func format() {
    #expect {
      _ = try PretrainedWeights(Array("GIF89a and so on, whatever it holds".utf8))
    } throws: {
      ($0 as? WinnowError)?.remedy?.contains("torch.save") == true
    }
  }
}
