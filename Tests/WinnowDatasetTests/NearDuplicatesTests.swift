import Testing
import WinnowCore

@testable import WinnowDataset

@Suite("Near duplicates")
struct NearDuplicatesTests {
  private static let pictures = (1...24).map { MadePicture(seed: UInt64($0)) }

  static let changes: [(name: String, cut: (Float, Float, Float, Float), gain: Float)] = [
    ("the same", (0, 0, 0, 0), 1), ("brighter", (0, 0, 0, 0), 1.2), ("darker", (0, 0, 0, 0), 0.7),
    ("cut by 5% at each side", (0.05, 0.05, 0.05, 0.05), 1), ("cut at the left", (0.05, 0, 0, 0), 1),
    ("cut at a corner", (0, 0, 0.05, 0.05), 1), ("cut unevenly", (0.03, 0.01, 0.05, 0.02), 0.9),
  ]

  @Test("a changed copy is found, and nothing else is taken for one", arguments: changes.indices)
  func findsCopies(_ index: Int) {
    let change = Self.changes[index]
    var near = NearDuplicates()
    for picture in Self.pictures { near.add(picture.signature()) }
    for picture in Self.pictures { near.add(picture.signature(cut: change.cut, gain: change.gain)) }
    let count = Self.pictures.count
    #expect(near.pairs() == (0..<count).map { .init(first: $0, second: count + $0) }, "\(change.name)")
    #expect(near.problem == nil)
  }

  @Test("groups name the smallest of those that belong together")
  func groups() {
    var near = NearDuplicates()
    near.add(Self.pictures[0].signature())
    near.add(Self.pictures[1].signature())
    near.add(Self.pictures[0].signature(gain: 1.1))
    near.add(Self.pictures[2].signature())
    near.add(Self.pictures[1].signature(cut: (0.05, 0.05, 0.05, 0.05)))
    near.add(Self.pictures[0].signature(cut: (0, 0.05, 0, 0)))
    #expect(near.groups() == [0, 1, 0, 3, 1, 0])
  }

  @Test("a copy that comes later is recognised, whichever of the two is the crop")
  func recognisesLatecomers() throws {
    var near = NearDuplicates()
    for picture in Self.pictures.prefix(6) { near.add(picture.signature()) }
    near.add(Self.pictures[8].signature(cut: (0.05, 0.05, 0.05, 0.05)))
    #expect(near.firstMatch(of: try MadeLook.of(Self.pictures[3].signature(cut: (0.05, 0.05, 0, 0)))) == 3)
    #expect(near.firstMatch(of: try MadeLook.of(Self.pictures[8].signature())) == 6)
    #expect(near.firstMatch(of: try MadeLook.of(Self.pictures[9].signature())) == nil)
  }

  @Test("the same shapes in other colours are another picture")
  func tellsColours() {
    var near = NearDuplicates()
    near.add(Self.pictures[0].signature())
    near.add(Self.pictures[0].signature(swapsColours: true))
    #expect(near.pairs().isEmpty)
  }

  @Test("plain pictures are the same only in the same tone")
  func plainPictures() {
    var near = NearDuplicates()
    for tone: UInt8 in [10, 200, 10, 201, 90] {
      near.add(
        PictureSignature(
          luma: [UInt8](repeating: tone, count: 4096), colour: [UInt8](repeating: tone, count: 192)))
    }
    #expect(near.groups() == [0, 1, 0, 1, 4])
  }

  @Test("hundreds of copies of one picture are one group and no hundreds squared of pairs")
  func manyCopies() {
    var near = NearDuplicates()
    let signature = Self.pictures[0].signature()
    for _ in 0..<300 { near.add(signature) }
    #expect(near.pairs().count == 299)
  }

  @Test("a signature of the wrong size is like none but of its kind, and stops nothing")
  func wrongSize() {
    var near = NearDuplicates()
    near.add(PictureSignature(luma: [1, 2, 3], colour: []))
    near.add(Self.pictures[0].signature())
    #expect(near.pairs().isEmpty)
  }
}

@Suite("Hash tables")
struct HashTablesTests {
  @Test("every hash within the promised distance is found, and no other", arguments: [10, 600, 5_000])
  func findsAll(_ count: Int) {
    var state: UInt64 = 42
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    let hashes = (0..<count).map { _ in random() }
    let tables = HashTables(hashes)
    for index in stride(from: 0, to: count, by: max(1, count / 40)) {
      var asked = hashes[index]
      // Five tables or more: with one bit in each part at most, nine differing bits are always found.
      for _ in 0..<7 { asked ^= 1 << (random() >> 58) }
      let near = Set(hashes.indices.filter { (hashes[$0] ^ asked).nonzeroBitCount <= 7 })
      var found: Set<Int> = []
      tables.near(asked, atMost: 7) { index, distance in
        #expect((hashes[index] ^ asked).nonzeroBitCount == distance)
        found.insert(index)
      }
      #expect(found == near)
    }
  }
}

@Suite("Record spill")
struct RecordSpillTests {
  @Test("records come back as they were, whether they lie in the file or in memory")
  func readsBack() {
    let spill = RecordSpill(recordSize: 100_000)
    func record(_ number: Int) -> [UInt8] { (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) } }
    for number in 0..<25 { spill.append(record(number)) }
    for number in [0, 9, 10, 19, 20, 24] { #expect(spill.read(number) == record(number)) }
    #expect(spill.read(18, 2) == record(18) + record(19))
    #expect(spill.fault == nil)
  }
}

@Suite("Duplicate groups")
struct DuplicateGroupsTests {
  @Test("things joined by way of others are one group")
  func joins() {
    var groups = DuplicateGroups(count: 6)
    groups.join(5, 4)
    groups.join(3, 1)
    groups.join(4, 1)
    #expect(groups.all() == [0, 1, 2, 1, 1, 1])
  }
}
