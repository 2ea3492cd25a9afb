import Testing
import WinnowWire

@Suite("Records of winnow-watch")
struct WatchRecordTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("every kind is known by its letter")
  func kinds() {
    let kinds: [(String, WatchRecord.Kind)] = [
      ("r", .ready), ("c", .changed), ("m", .movedIn), ("f", .folder), ("g", .gone), ("l", .lost),
    ]
    for (letter, kind) in kinds {
      let record = WatchRecord(Self.bytes("\(letter)12 a b"))
      #expect(record == WatchRecord(kind: kind, root: 12, path: Self.bytes("a b")))
    }
  }

  @Test(
    "what is no record is none",
    arguments: ["", "c", "c1", "x1 a", "c a", "cx a", "c-1 a", "c+1 a", " 1 a", "c99999999999999999999 a"])
  func noRecord(text: String) {
    #expect(WatchRecord(Self.bytes(text)) == nil)
  }

  @Test("paths are bytes: line breaks, spaces and broken UTF-8 come through, whatever pieces the stream comes in")
  func pieces() {
    let paths: [[UInt8]] = [[], [0x0A], [0xFF, 0xFE, 0x20], Self.bytes("日本/ a.jpg")]
    let stream: [UInt8] = paths.map { Self.bytes("m3 ") + $0 + [0] }.reduce([], +)
    for size in 1...stream.count {
      var reader = WatchRecordReader()
      var records: [WatchRecord] = []
      var rest = stream[...]
      while !rest.isEmpty {
        records += reader.read(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(records == paths.map { WatchRecord(kind: .movedIn, root: 3, path: $0) })
    }
  }

  @Test("a record that is none, and one that is too long, count as lost events of every root")
  func broken() {
    let lost = WatchRecord(kind: .lost, root: -1, path: Self.bytes("error"))
    let sound = WatchRecord(kind: .gone, root: 1, path: Self.bytes("x"))
    var reader = WatchRecordReader()
    #expect(reader.read(Self.bytes("nonsense\0g1 x\0")) == [lost, sound])
    let longest = Self.bytes("g1 ") + [UInt8](repeating: 0x61, count: 8189)
    #expect(reader.read(longest + [0]).first?.path.count == 8189)
    #expect(reader.read(longest + [0x61, 0]) == [lost])
    #expect(reader.read([UInt8](repeating: 0x61, count: 1_000_000)) == [])
    #expect(reader.read([0] + Self.bytes("g1 x\0")) == [lost, sound])
  }

  @Test("random bytes never crash it")
  func noise() {
    var reader = WatchRecordReader()
    for _ in 0..<2000 {
      // Mostly bytes that make records.
      let noise = (0..<50).map { _ in
        Bool.random() ? UInt8.random(in: 0 ... .max) : [0, 32, 49, 99].randomElement()!
      }
      _ = reader.read(noise)
    }
  }
}
