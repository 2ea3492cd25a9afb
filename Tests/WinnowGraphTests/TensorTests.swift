import Testing
import WinnowCore
import WinnowGraph

struct TensorTests {
  @Test(
    "numbers of every type are read",
    arguments: [
      (ElementType.int64, [UInt8]([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), -2),
      (.int32, [0xfe, 0xff, 0xff, 0xff], -2), (.int16, [0xfe, 0xff], -2), (.int8, [0xfe], -2),
      (.uint8, [0xfe], 254), (.uint16, [0xfe, 0xff], 65534), (.uint32, [0xfe, 0xff, 0xff, 0xff], 4_294_967_294),
      (.uint64, [5, 0, 0, 0, 0, 0, 0, 0], 5), (.bool, [1], 1),
    ] as [(ElementType, [UInt8], Int)])
  func integers(type: ElementType, bytes: [UInt8], value: Int) throws {
    let tensor = try Tensor(type, shape: [], bytes: bytes[...])
    #expect(tensor.integers == [value])
    #expect(tensor.floats == nil)
  }

  @Test(
    "floats of every width are read",
    arguments: [
      (ElementType.float32, [UInt8]([0, 0, 0xc0, 0xbf])), (.double, [0, 0, 0, 0, 0, 0, 0xf8, 0xbf]),
      (.float16, [0x00, 0xbe]), (.bfloat16, [0xc0, 0xbf]),
    ] as [(ElementType, [UInt8])])
  func floats(type: ElementType, bytes: [UInt8]) throws {
    let tensor = try Tensor(type, shape: [1], bytes: bytes[...])
    #expect(tensor.floats == [-1.5])
    #expect(tensor.integers == nil)
  }

  @Test("half precision keeps its smallest, largest and infinite numbers")
  func halves() throws {
    let bytes: [UInt8] = [0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c, 0x00, 0x80]
    let tensor = try Tensor(.float16, shape: [4], bytes: bytes[...])
    #expect(tensor.floats == [0x1p-24, 65504, .infinity, 0])
  }

  @Test("an unsigned number beyond Int gives no integers")
  func tooLarge() throws {
    let tensor = try Tensor(.uint64, shape: [1], bytes: [UInt8](repeating: 0xff, count: 8)[...])
    #expect(tensor.integers == nil)
  }

  @Test("a shape must fit its bytes", arguments: [[3], [-1, -2], [.max, 2], [.max, .max], []])
  func misfit(shape: [Int]) {
    let error = #expect(throws: WinnowError.self) { try Tensor([Float(1), 2], shape: shape) }
    #expect(error?.code == .inconsistentGraph)
  }

  @Test("a tensor may be empty")
  func empty() throws {
    #expect(try Tensor([Float](), shape: [0, 3]).count == 0)
  }
}
