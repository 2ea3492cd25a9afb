import Testing
import WinnowCore

@testable import WinnowGraph

struct ProtobufTests {
  @Test("every kind of field comes back as it was written")
  func roundTrip() throws {
    let long = [UInt8](repeating: 7, count: 5000)
    var inner = ProtobufWriter()
    inner.write(1, "ä")
    inner.write(2, long[...])
    var writer = ProtobufWriter()
    writer.write(1, -5)
    writer.write(2, Float(1.5))
    writer.write(3, inner)
    writer.write(4, packed: [1, -1, 300])
    writer.write(5, packed: [Float(0.25), -8])
    let bytes = writer.bytes()
    #expect(bytes.count == writer.count)

    var reader = ProtobufReader(bytes[...], subject: "test")
    #expect(try reader.next()?.integer() == -5)
    #expect(try reader.next()?.float() == 1.5)
    var message = try #require(try reader.next()).message("inner")
    #expect(try message.next()?.string() == "ä")
    #expect(try message.next()?.bytes() == long[...])
    #expect(try message.next() == nil)
    var integers: [Int] = []
    try #require(try reader.next()).appendIntegers(to: &integers)
    #expect(integers == [1, -1, 300])
    var floats: ArraySlice<UInt8> = []
    try #require(try reader.next()).appendBlocks(width: 4, to: &floats)
    #expect(try Tensor(.float32, shape: [2], bytes: floats).floats == [0.25, -8])
    #expect(try reader.next() == nil)
  }

  @Test(
    "bytes that are no message are refused",
    arguments: [
      [0x08],  // a key without a value
      [0x08, 0x80],  // a number that does not end
      [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],  // more than 64 bits
      [0x0a, 0x05, 0x01],  // a block longer than the data
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],  // a block of 2^64 - 1 bytes
      [0x0d, 0x00, 0x00],  // a float of two bytes
      [0x0b],  // a group
      [0x00, 0x00],  // field number 0
      [0x0f],  // wire type 7
    ] as [[UInt8]])
  func broken(bytes: [UInt8]) {
    let error = #expect(throws: WinnowError.self) {
      var reader = ProtobufReader(bytes[...], subject: "test")
      while try reader.next() != nil {}
    }
    #expect(error?.code == .brokenModel)
  }

  @Test("the largest number of 64 bits is read")
  func largestNumber() throws {
    let bytes: [UInt8] = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
    var reader = ProtobufReader(bytes[...], subject: "test")
    #expect(try reader.next()?.integer() == -1)
  }

  @Test("a block is a slice of the file, not a copy")
  func sharesStorage() throws {
    var writer = ProtobufWriter()
    writer.write(9, [UInt8](repeating: 1, count: 100)[...])
    let bytes = writer.bytes()
    var reader = ProtobufReader(bytes[...], subject: "test")
    let block = try #require(try reader.next()).bytes()
    let isInside = bytes.withUnsafeBytes { file in
      block.withUnsafeBytes { part in
        guard let start = file.baseAddress, let inner = part.baseAddress else { return false }
        return inner == start + 2
      }
    }
    #expect(isInside)
  }
}
