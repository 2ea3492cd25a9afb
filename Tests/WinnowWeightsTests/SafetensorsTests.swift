import Testing
import WinnowCore
import WinnowGraph

@testable import WinnowWeights

/// A file with this header and so many bytes behind it.
func safetensors(_ header: String, _ bytes: [UInt8]) -> [UInt8] {
  let length = UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + bytes
}

@Suite("Files of safetensors")
struct SafetensorsTests {
  private static let header =
    #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
    + #""b":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]},"n":{"dtype":"I64","shape":[],"data_offsets":[12,20]}}"#
  private static let numbers: [UInt8] =
    [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0] + [0x80, 0x3F, 0x00, 0x40] + [7, 0, 0, 0, 0, 0, 0, 0]

  @Test("give their tensors by name, with shape and numbers")
  func read() throws {
    let tensors = try Safetensors.read(safetensors(Self.header, Self.numbers))
    #expect(tensors.keys.sorted() == ["a", "b", "n"])
    #expect(tensors["a"]?.floats == [1, -2] && tensors["a"]?.shape == [2])
    #expect(tensors["b"]?.floats == [1, 2] && tensors["b"]?.shape == [1, 2])
    #expect(tensors["n"]?.integers == [7] && tensors["n"]?.shape == [])
  }

  @Test("that were written here read back as they were, with their notes")
  func written() throws {
    let tensors = [
      (name: "b/å", tensor: try Tensor([1.5, -2, 3], shape: [3, 1])), (name: "a", tensor: Tensor([7, 8])),
      (name: "none", tensor: try Tensor([Float](), shape: [0])),
    ]
    let file = try Safetensors.file(tensors, notes: ["progress": "{\"epoch\":1}"]).flatMap(\.self)
    let read = try Safetensors.read(file)
    #expect(read.count == 3)
    for (name, tensor) in tensors { #expect(read[name] == tensor) }
    #expect(try Safetensors.notes(file) == ["progress": "{\"epoch\":1}"])
    #expect(try Safetensors.notes(safetensors(Self.header, Self.numbers)) == ["format": "pt"])
  }

  @Test("that end early are refused, wherever they end")
  func truncated() {
    let file = safetensors(Self.header, Self.numbers)
    for length in 0..<file.count {
      #expect(throws: WinnowError.self, "\(length)") { try Safetensors.read(Array(file[..<length])) }
    }
  }

  @Test(
    "that lie about their contents are refused",
    arguments: [
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[1000,1008]}}"#,
      #"{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      #"{"a":7}"#, #"[1]"#, #"{"a""#, "",
    ])
  func hostile(header: String) {
    #expect(throws: WinnowError.self) { try Safetensors.read(safetensors(header, Self.numbers)) }
  }

  @Test("with a length that no file has are refused without asking for memory")
  func hugeHeader() {
    #expect(throws: WinnowError.self) { try Safetensors.read([UInt8](repeating: 0xFF, count: 64)) }
  }

  @Test("with any byte changed are read or refused, and nothing else happens")
  func changed() {
    var random = SeededGenerator(seed: 1)
    let file = safetensors(Self.header, Self.numbers)
    var refused = 0
    for _ in 0..<5000 {
      var broken = file
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if (try? Safetensors.read(broken)) == nil { refused += 1 }
    }
    #expect(refused > 2000)
  }
}
