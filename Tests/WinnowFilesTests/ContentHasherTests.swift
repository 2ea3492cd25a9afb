import SystemPackage
import Testing
import WinnowCore
import WinnowFiles
import WinnowTestSupport

@Suite("Hashing")
struct ContentHasherTests {
  @Test(
    "gives the known answers of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func knownAnswers(text: String, hex: String) {
    var hasher = ContentHasher()
    hasher.update(Array(text.utf8))
    #expect(hasher.finish().hex == hex)
  }

  @Test("a million times a")
  func million() {
    var hasher = ContentHasher()
    for _ in 0..<1000 { hasher.update(Array(repeating: UInt8(ascii: "a"), count: 1000)) }
    #expect(hasher.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("the pieces do not matter, nor short reads", arguments: [1, 7, 64, 1000])
  func pieces(longestRead: Int) throws {
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    var hasher = ContentHasher()
    hasher.update(bytes)
    let disk = SimulatedDisk()
    try disk.mount("/m", MountTraits(longestRead: longestRead))
    try disk.makeFile("/m/a", bytes)
    let root = try Root(opening: "/m", on: disk)
    let file = try disk.openFile("a", in: root.raw)
    #expect(try disk.digest(of: file) == hasher.finish())
    disk.close(file)
  }
}
