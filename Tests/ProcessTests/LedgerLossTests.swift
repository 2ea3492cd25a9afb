import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  @Suite struct LedgerLossTests {
    @Test("a ledger that is removed while pictures are sorted is written anew, and says so")
    func removedWhileSorting() throws {
      let count = 200
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(count / 2)
      try Deadline(seconds: 60).wait(for: "the first pictures") { try winnow.counts().sorted > 10 }
      winnow.removeLedger()
      try winnow.put(count / 2, from: count / 2)
      try winnow.waitUntilIdle()
      try winnow.expectSorted(count)
      let condition = try #require(try winnow.status().conditions.first { $0.code == "ledger_mended" })
      #expect(!condition.remedy.isEmpty)
      #expect(try winnow.status().state == "ready")
      try winnow.stop()
      try winnow.start()
      try winnow.expectSorted(count)
      #expect(try winnow.status().holds("ledger_mended"), "for some days")
      try winnow.expectVerified(checked: count)
    }

    @Test("a ledger that is gone at a start: what Winnow sorted is known again, an old library is not, nothing moves")
    func goneAtStart() throws {
      let winnow = try Winnow()
      try Files.makeFolder(winnow.output + "/red")
      try Files.write(Picture.png(.red, 500), to: winnow.output + "/red/old.png")
      try winnow.start()
      #expect(try winnow.counts() == .counted(), "a first start takes up nothing")
      try winnow.put(40)
      try winnow.put(Picture.undecided(9), "unsure.png")
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 40, review: 1))
      try winnow.crash()
      let before = Tree(winnow.inbox, winnow.output)
      winnow.removeLedger()
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 40, review: 1), "\(winnow.log)")
      #expect(try winnow.status().holds("ledger_mended"))
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)
      let row = try #require(try winnow.history(winnow.output + "/red/0.png").first)
      #expect(row.reason.contains("when the ledger was rebuilt"))
      // It goes on.
      try winnow.put(Picture.png(.blue, 900), "new.png")
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 41, review: 1))
    }

    @Test("a damaged ledger is mended at the next start, kept, and told of", arguments: [0, 1, 2, 3])
    func damaged(_ place: Int) throws {
      let count = 150
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(count)
      try winnow.waitUntilIdle()
      try winnow.stop()
      let before = Tree(winnow.inbox, winnow.output)
      var bytes = try Files.read(winnow.ledger)
      switch place {
      case 0: bytes.replaceSubrange(0..<100, with: [UInt8](repeating: 0xEE, count: 100))
      case 1: bytes.replaceSubrange(40_000..<90_000, with: [UInt8](repeating: 0xEE, count: 50_000))
      case 2: bytes.removeLast(bytes.count / 2)
      default: bytes.removeAll()
      }
      unlink(winnow.ledger)
      try Files.write(bytes, to: winnow.ledger)
      try winnow.start()
      try winnow.waitUntilIdle()
      try winnow.expectSorted(count)
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)
      let condition = try #require(try winnow.status().conditions.first { $0.code == "ledger_mended" })
      #expect(!condition.remedy.isEmpty)
      #expect(winnow.log.contains("ledger"))
      #expect(winnow.keptLedgers.contains { $0.contains("damaged") }, "\(winnow.keptLedgers)")
      #expect(try winnow.control("verify").status == 0)
    }

    @Test("a ledger that is damaged while pictures are sorted is mended, and nothing is lost or sorted twice")
    func damagedWhileSorting() throws {
      let count = 240
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(count / 3)
      try winnow.waitUntilIdle()
      try winnow.stop()
      try winnow.start()
      try winnow.put(count / 3, from: count / 3)
      try Deadline(seconds: 60).wait(for: "more pictures") { try winnow.counts().sorted > count / 3 + 10 }
      let size = Int(Files.status(winnow.ledger)?.st_size ?? 0)
      let file = open(winnow.ledger, O_WRONLY | O_CLOEXEC)
      let bytes = [UInt8](repeating: 0xEE, count: size / 2)
      #expect(pwrite(file, bytes, bytes.count, off_t(size / 4)) == bytes.count)
      close(file)
      try winnow.put(count / 3, from: 2 * count / 3)
      try winnow.waitUntilIdle()
      // What sorting did not come across a look at all of it does.
      try Deadline(seconds: 60).wait(for: "a ledger that is whole: \(winnow.log)", pause: 100) {
        try winnow.ledgerIsWhole()
      }
      try winnow.expectSorted(count)
      #expect(try winnow.status().holds("ledger_mended"), "\(winnow.log)")
      try winnow.stop()
      try winnow.start()
      try winnow.waitUntilIdle()
      try winnow.expectSorted(count)
      #expect(try winnow.control("verify").status == 0)
    }

    @Test(
      "a ledger that is gone at the start while the output is away: none is made in its place, and it is taken up later"
    )
    func goneWithOutputAway() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(10)
      try winnow.waitUntilIdle()
      try winnow.crash()
      winnow.removeLedger()
      try Files.rename(winnow.output, to: winnow.output + ".away")
      try winnow.put(Picture.png(.red, 800), "waits.png")
      try winnow.start()
      try winnow.waitForCondition("output_fault")
      #expect(!Files.exists(winnow.output))
      #expect(Files.exists(winnow.inbox + "/waits.png"))
      try Files.rename(winnow.output + ".away", to: winnow.output)
      try winnow.waitForCondition("output_fault", holds: false)
      try winnow.expectSorted(11)
    }

    @Test("a hidden file of a move that the ledger lost is named and kept")
    func leftovers() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(2)
      try winnow.waitUntilIdle()
      try winnow.crash()
      winnow.removeLedger()
      // As where the power went between the copy's arrival and the end of the source.
      let left = winnow.inbox + "/.winnow-0123456789abcdef0123456789abcdef"
      try Files.write(Picture.png(.red, 0), to: left)
      try winnow.start()
      try Deadline(seconds: 60).wait(for: "the file to be named: \(winnow.log)", pause: 50) {
        winnow.log.contains(left + " is left of a move")
      }
      try winnow.waitUntilIdle()
      #expect(Files.exists(left))
      #expect(try winnow.counts().sorted == 2)
    }

    /// What may happen to a ledger while nobody looks.
    private enum Blow: CaseIterable {
      case removed, halved, emptied, overwritten, zeroed, flipped, withoutWal
    }

    private func strike(_ blow: Blow, _ winnow: Winnow, _ random: inout SeededGenerator) throws {
      let path = winnow.ledger
      var bytes = (try? Files.read(path)) ?? []
      let pages = max(1, bytes.count / 4096)
      let page = Int.random(in: 0..<pages, using: &random) * 4096
      switch blow {
      case .removed: return winnow.removeLedger()
      case .withoutWal: unlink(path + "-wal")
      case .halved: bytes.removeLast(bytes.count / 2)
      case .emptied: bytes.removeAll()
      case .overwritten:
        for offset in bytes.indices.dropFirst(page).prefix(3 * 4096) {
          bytes[offset] = UInt8(truncatingIfNeeded: offset)
        }
      case .zeroed: for offset in bytes.indices.dropFirst(page).prefix(4096) { bytes[offset] = 0 }
      case .flipped:
        for _ in 0..<40 where !bytes.isEmpty {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
      }
      try Files.write(bytes, to: path)
    }

    @Test("killed at random with the ledger struck each time: every picture is there once, and sorted in the end")
    func struckAtRandom() throws {
      let winnow = try Winnow()
      try sortUnderBlows(winnow, seed: 7, mayCopy: false)
    }

    @Test(
      "the same holds when the output lies on another file system",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func struckAcrossFileSystems() throws {
      let winnow = try Winnow()
      _ = try winnow.mount(on: winnow.output)
      try sortUnderBlows(winnow, seed: 11, mayCopy: true)
    }

    /// - Parameter mayCopy: whether a move has a moment in which the picture has two names. Where the ledger goes in that
    ///   moment, a hidden copy may be left, or the picture is sorted again, beside its first copy.
    private func sortUnderBlows(_ winnow: Winnow, seed: UInt64, mayCopy: Bool) throws {
      var random = SeededGenerator(seed: seed)
      try winnow.start()
      var count = 0
      for round in 0..<3 {
        for blow in Blow.allCases {
          try winnow.put(12, from: count)
          count += 12
          // The moment of the kill is the point of the test.
          Deadline.pause(milliseconds: .random(in: 0..<700, using: &random))
          try winnow.crash()
          try strike(blow, winnow, &random)
          try winnow.start()
          let told = try winnow.status().conditions.contains { $0.code == "ledger_mended" && !$0.remedy.isEmpty }
          // What was struck may be free space.
          if ![.flipped, .zeroed, .overwritten].contains(blow) { #expect(told, "\(round) \(blow)") }
        }
      }
      try winnow.waitUntilIdle()
      // Nothing is missing, cut, or under another picture's name.
      let visible = Tree(winnow.inbox, winnow.output).files.filter { !$0.key.contains("/.winnow-") }
      #expect(visible.keys.allSatisfy { $0.hasPrefix(winnow.output) }, "seed \(seed): \(winnow.log)")
      #expect(Set(visible.values.map(\.bytes)) == Set((0..<count).map(Winnow.picture)), "seed \(seed): \(winnow.log)")
      for (path, file) in visible {
        let stem = path.split(separator: "/").last?.split(whereSeparator: { ".-".contains($0) }).first
        let number = try #require(stem.flatMap { Int($0) })
        #expect(file.bytes == Winnow.picture(number), "\(path)")
      }
      #expect(mayCopy || visible.count == count, "seed \(seed): \(winnow.log)")
      #expect(try winnow.counts() == .counted(sorted: visible.count), "seed \(seed): \(winnow.log)")
      #expect(try winnow.control("verify").status == 0)
      #expect(try winnow.ledgerIsWhole())
    }

    @Test(
      "with the ledger's disk full nothing moves and status says why; with room again all is sorted",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func full() throws {
      let count = 100
      let winnow = try Winnow()
      _ = try winnow.mount(on: winnow.state, size: "64m")
      try DemonstrationModel.imported.get().install(into: winnow.state)
      try winnow.start()
      try winnow.put(Picture.png(.red, 1000), "first.png")
      try winnow.waitUntilIdle()
      let filler = winnow.state + "/filler"
      fill(filler)
      try winnow.put(count)
      try winnow.waitForCondition("ledger_fault")
      let condition = try #require(try winnow.status().conditions.first { $0.code == "ledger_fault" })
      #expect(!condition.remedy.isEmpty)
      let sorted = try winnow.counts().sorted
      let between = Tree(winnow.inbox, winnow.output)
      #expect(between.contents.values.allSatisfy { $0 == 1 })
      #expect(between.contents.count == count + 1)
      #expect(sorted < count, "a disk that is full stops it")
      try Files.remove(filler)
      // By itself.
      try winnow.waitForCondition("ledger_fault", holds: false, seconds: 90)
      try winnow.waitUntilIdle()
      try winnow.expectSorted(count + 1)
      try winnow.expectVerified(checked: count + 1)
    }

    /// Writes until nothing more fits.
    private func fill(_ path: String) {
      let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      defer { close(file) }
      let bytes = [UInt8](repeating: 1, count: 4096)
      while write(file, bytes, bytes.count) > 0 {}
    }

    @Test(
      "the ledger's disk full at any moment while pictures are sorted, and freed each time: nothing is lost, all is sorted",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func fullAtAnyMoment() throws {
      var random = SeededGenerator(seed: 3)
      let winnow = try Winnow()
      _ = try winnow.mount(on: winnow.state, size: "64m")
      try DemonstrationModel.imported.get().install(into: winnow.state)
      try winnow.start()
      let filler = winnow.state + "/filler"
      var count = 0
      for round in 0..<8 {
        try winnow.put(20, from: count)
        count += 20
        Deadline.pause(milliseconds: .random(in: 0..<500, using: &random))
        fill(filler)
        if round % 3 == 2 {
          // A crash with the disk full: the daemon is there and says why nothing moves.
          try winnow.crash()
          try winnow.start()
          try winnow.waitForCondition("ledger_fault")
          try Files.remove(filler)
        } else {
          Deadline.pause(milliseconds: .random(in: 0..<1500, using: &random))
          let tree = Tree(winnow.inbox, winnow.output)
          #expect(tree.contents.count == count && tree.contents.values.allSatisfy { $0 == 1 })
          try Files.remove(filler)
        }
      }
      try winnow.waitForCondition("ledger_fault", holds: false, seconds: 90)
      try winnow.waitUntilIdle()
      try winnow.expectSorted(count)
      try winnow.expectVerified(checked: count)
      #expect(try !winnow.status().holds("ledger_mended"), "a full disk is no damage: \(winnow.log)")
    }
  }
}
