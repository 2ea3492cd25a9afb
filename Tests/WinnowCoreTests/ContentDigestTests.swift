import Testing
import WinnowCore
import WinnowTestSupport

@Suite("Digests")
struct ContentDigestTests {
  @Test("bytes and hexadecimal digits give each other back")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<1000 {
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let digest = try #require(ContentDigest(bytes: bytes))
      #expect(digest.hex.utf8.count == 64)
      #expect(digest.hex == digest.hex.lowercased())
      #expect(ContentDigest(hex: digest.hex) == digest)
      #expect(ContentDigest(hex: digest.hex.uppercased()) == digest)
      #expect(digest.bytes == bytes)
    }
  }

  @Test(
    "what is not 64 hexadecimal digits is none",
    arguments: [
      "", "0", String(repeating: "0", count: 63), String(repeating: "0", count: 65), String(repeating: "g", count: 64),
      String(repeating: "0", count: 63) + " ", "é" + String(repeating: "0", count: 62),
      String(repeating: "٣", count: 32),
    ])
  func invalid(text: String) { #expect(ContentDigest(hex: text) == nil) }

  @Test("anything but 32 bytes is none", arguments: [0, 1, 31, 33, 64])
  func wrongLength(count: Int) { #expect(ContentDigest(bytes: Array(repeating: 7, count: count)) == nil) }
}
