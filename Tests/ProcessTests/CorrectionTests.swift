import Glibc
import Testing

extension ProcessTests {
  @Suite struct CorrectionTests {
    /// A daemon that has sorted `red` pictures of red and of green each, and put three into review.
    private func sorted(_ count: Int = 4, keys: [String] = []) throws -> Winnow {
      let winnow = try Winnow(keys)
      for number in 0..<count {
        try winnow.put(Picture.png(.red, number), "r\(number).png")
        try winnow.put(Picture.png(.green, number), "g\(number).png")
      }
      for number in 0..<3 { try winnow.put(Picture.undecided(number), "u\(number).png") }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 2 * count, review: 3))
      return winnow
    }

    /// Does something with the folders, while the daemon looks or while it is down.
    private func act(_ winnow: Winnow, isDown: Bool, _ body: () throws -> Void) throws {
      if isDown { try winnow.stop() }
      try body()
      if isDown { try winnow.start() }
    }

    private func waitForCorrections(_ count: Int, _ winnow: Winnow) throws {
      try Deadline(seconds: 60).wait(for: "\(count) corrections: \(winnow.log)", pause: 50) {
        try winnow.status().corrections == count
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.status().corrections == count)
    }

    private func newest(_ winnow: Winnow, _ path: String) throws -> HistoryRow {
      try #require(try winnow.history(path).first, "no history of \(path)")
    }

    @Test(
      "a picture dragged to another class, out of review or to a new folder is a correction", arguments: [false, true])
    func drags(isDown: Bool) throws {
      let winnow = try sorted()
      let out = winnow.output
      try act(winnow, isDown: isDown) {
        try Files.rename(out + "/red/r0.png", to: out + "/green/r0.png")
        try Files.rename(out + "/_review/u0.png", to: out + "/red/u0.png")
        try Files.makeFolder(out + "/sunset")
        try Files.rename(out + "/green/g0.png", to: out + "/sunset/evening.png")
      }
      let before = Tree(out)
      try waitForCorrections(3, winnow)
      for (path, label, source) in [
        ("green/r0.png", "green", "red/r0.png"), ("red/u0.png", "red", "_review/u0.png"),
        ("sunset/evening.png", "sunset", "green/g0.png"),
      ] {
        let row = try newest(winnow, out + "/" + path)
        #expect(row.outcome == "corrected" && row.label == label, "\(row)")
        #expect(row.from == out + "/" + source && row.to == out + "/" + path)
        #expect(row.sha256 != nil && row.class != nil, "what the model said stands beside it")
      }
      try winnow.control("rescan", "--again")
      try winnow.waitUntilIdle()
      #expect(Tree(out) == before, "nothing is moved back")
      #expect(try winnow.counts() == .counted(sorted: 9, review: 2))
      try winnow.expectVerified(checked: 11)
    }

    /// Every way in which people move pictures about, and what is to be known of it afterwards.
    private enum Way: CaseIterable {
      case otherClass, outOfReview, newFolder, otherName, copyAndDelete, delete, moveOutside, copy, edit, intoReview
    }

    @Test("of 500 pictures moved in every way, half of them while the daemon is down, all are known and none invented")
    func fiveHundred() throws {
      let winnow = try Winnow()
      let colours = [Picture.Colour.red, .green, .blue]
      for number in 0..<500 {
        let isUnsure = Way.allCases[number % Way.allCases.count] == .outOfReview
        try winnow.put(isUnsure ? Picture.undecided(number) : Picture.png(colours[number % 3], number), "\(number).png")
      }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 450, review: 50))
      let out = winnow.output
      for folder in ["sunset", "yellow"] { try Files.makeFolder(out + "/" + folder) }
      try Files.makeFolder(winnow.folder + "/outside")
      /// Where each corrected picture lies, with its class.
      var expected: [String: String] = [:]
      var missing: Set<String> = []
      var edited: Set<String> = []
      func move(_ number: Int) throws {
        let way = Way.allCases[number % Way.allCases.count]
        let name = "\(number).png"
        let source = way == .outOfReview ? out + "/_review/" + name : out + "/\(colours[number % 3])/" + name
        func correct(_ label: String, _ name: String) -> String {
          let path = out + "/" + label + "/" + name
          expected[path] = label
          return path
        }
        switch way {
        case .otherClass: try Files.rename(source, to: correct("yellow", name))
        case .outOfReview: try Files.rename(source, to: correct("red", name))
        case .newFolder: try Files.rename(source, to: correct("sunset", name))
        case .otherName: try Files.rename(source, to: out + "/\(colours[number % 3])/renamed-" + name)
        case .copyAndDelete:
          try Files.write(try Files.read(source), to: correct("yellow", "copied-" + name))
          try Files.remove(source)
        case .delete:
          try Files.remove(source)
          missing.insert(source)
        case .moveOutside:
          try Files.rename(source, to: winnow.folder + "/outside/" + name)
          missing.insert(source)
        case .copy: try Files.write(try Files.read(source), to: out + "/sunset/copy-" + name)
        case .edit:
          try Files.append([1], to: source)
          edited.insert(source)
        case .intoReview: try Files.rename(source, to: out + "/_review/" + name)
        }
      }
      for number in 0..<250 { try move(number) }
      try waitForCorrections(expected.count, winnow)
      try winnow.crash()
      for number in 250..<500 { try move(number) }
      let before = Tree(winnow.inbox, out)
      try winnow.start()
      try waitForCorrections(expected.count, winnow)
      #expect(expected.count == 200)
      for (path, label) in expected {
        let row = try newest(winnow, path)
        #expect(row.outcome == "corrected" && row.label == label && row.to == path, "\(row)")
      }
      let listed = try winnow.control("review", "list", "--corrected").lines(ReviewRow.self)
      #expect(Dictionary(listed.map { ($0.file, $0.label) }, uniquingKeysWith: { first, _ in first }) == expected)
      let verified = try winnow.control("verify").decode(VerifyReply.self)
      #expect(Set(verified.missing) == missing && Set(verified.changed) == edited)
      try winnow.control("rescan", "--again")
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox, out) == before, "nothing is moved back")
      #expect(try winnow.status().corrections == 200)
      #expect(try winnow.counts() == .counted(sorted: 450, review: 50))
    }

    @Test(
      "a picture moved to another file system, or copied there and deleted, is a correction",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"), arguments: [false, true])
    func acrossFileSystems(isDown: Bool) throws {
      let winnow = try Winnow()
      let second = try winnow.mount(on: winnow.output + "/green")
      for number in 0..<3 { try winnow.put(Picture.png(.red, number), "\(number).png") }
      try winnow.start()
      try winnow.waitUntilIdle()
      try act(winnow, isDown: isDown) {
        for number in 0..<2 {
          let status = try Program(
            "mv", ["\(winnow.output)/red/\(number).png", second.path + "/moved-\(number).png"]
          ).wait(seconds: 20)
          #expect(status == 0)
        }
      }
      try waitForCorrections(2, winnow)
      #expect(try newest(winnow, second.path + "/moved-1.png").label == "green")
      try winnow.expectVerified(checked: 3)
    }

    @Test("a copy whose original is deleted then is a correction, a copy alone is none", arguments: [false, true])
    func copies(isDown: Bool) throws {
      let winnow = try sorted()
      let out = winnow.output
      try act(winnow, isDown: isDown) {
        try Files.write(try Files.read(out + "/red/r0.png"), to: out + "/green/r0.png")
        try Files.remove(out + "/red/r0.png")
        try Files.write(try Files.read(out + "/red/r1.png"), to: out + "/green/r1.png")
        try Files.write(try Files.read(out + "/red/r2.png"), to: out + "/green/r2.png")
      }
      try waitForCorrections(1, winnow)
      #expect(try newest(winnow, out + "/green/r0.png").outcome == "corrected")
      #expect(try winnow.history(out + "/green/r1.png").isEmpty)
      // The original goes later: now the copy is the picture.
      try act(winnow, isDown: isDown) { try Files.remove(out + "/red/r2.png") }
      try waitForCorrections(2, winnow)
      #expect(try newest(winnow, out + "/green/r2.png").label == "green")
    }

    @Test(
      "pictures that take each other's places, round about, are each known in their new one", arguments: [false, true])
    func exchanged(isDown: Bool) throws {
      let winnow = try Winnow()
      let colours = ["red", "green", "blue"]
      for (number, colour) in [Picture.Colour.red, .green, .blue].enumerated() {
        for copy in 0..<4 {
          try Files.makeFolder(winnow.inbox + "/\(number)")
          try winnow.put(Picture.png(colour, 10 * number + copy), "\(number)/\(copy).png")
        }
      }
      try winnow.start()
      try winnow.waitUntilIdle()
      let out = winnow.output
      try act(winnow, isDown: isDown) {
        for copy in 0..<4 {
          try Files.rename(out + "/red/\(copy).png", to: out + "/aside.png")
          try Files.rename(out + "/green/\(copy).png", to: out + "/red/\(copy).png")
          try Files.rename(out + "/blue/\(copy).png", to: out + "/green/\(copy).png")
          try Files.rename(out + "/aside.png", to: out + "/blue/\(copy).png")
        }
      }
      try waitForCorrections(12, winnow)
      for copy in 0..<4 {
        for (index, colour) in colours.enumerated() {
          let place = "\(out)/\(colours[(index + 2) % 3])/\(copy).png"
          let rows = try winnow.history(winnow.inbox + "/\(index)/\(copy).png")
          #expect(rows.first?.to == place && rows.first?.class == colour, "\(rows)")
        }
      }
      try winnow.expectVerified(checked: 12)
    }

    @Test("what is deleted, taken elsewhere, edited, renamed or linked is no correction", arguments: [false, true])
    func noCorrections(isDown: Bool) throws {
      let winnow = try sorted(6)
      let out = winnow.output
      try Files.makeFolder(winnow.folder + "/elsewhere")
      try act(winnow, isDown: isDown) {
        try Files.remove(out + "/red/r0.png")
        try Files.rename(out + "/red/r1.png", to: winnow.folder + "/elsewhere/r1.png")
        try Files.append([0], to: out + "/red/r2.png")
        try Files.rename(out + "/red/r3.png", to: out + "/red/holiday.png")
        try #require(link(out + "/red/r4.png", out + "/green/r4.png") == 0)
        try Files.makeFolder(out + "/red/best")
        try Files.rename(out + "/red/r5.png", to: out + "/red/best/r5.png")
        try Files.rename(out + "/green/g0.png", to: out + "/green/.hidden.png")
        // A stranger of the same size under a name of ours.
        try Files.write(Picture.png(.blue, 77), to: out + "/green/g1.png")
      }
      let before = Tree(out)
      try Deadline(seconds: 60).wait(for: "the renamed picture to be known: \(winnow.log)", pause: 50) {
        try !winnow.history(out + "/red/holiday.png").isEmpty && !winnow.history(out + "/red/best/r5.png").isEmpty
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.status().corrections == 0)
      #expect(Tree(out) == before)
      #expect(try newest(winnow, out + "/red/holiday.png").outcome == "sorted")
      let answer = try winnow.control("verify").decode(VerifyReply.self)
      #expect(answer.missing.sorted() == [out + "/green/g0.png", out + "/red/r0.png", out + "/red/r1.png"])
      #expect(answer.changed.sorted() == [out + "/green/g1.png", out + "/red/r2.png"])
    }

    @Test(
      "a class folder that is renamed as a whole renames the class, and later pictures follow",
      arguments: [false, true])
    func renamedFolder(isDown: Bool) throws {
      let winnow = try sorted(20)
      let out = winnow.output
      try act(winnow, isDown: isDown) { try Files.rename(out + "/red", to: out + "/crimson") }
      try Deadline(seconds: 60).wait(for: "the new name: \(winnow.log)", pause: 50) {
        try winnow.status().inboxes.contains { $0.notes.contains { $0.contains("crimson") } }
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.status().corrections == 0, "\(winnow.log)")
      #expect(try newest(winnow, out + "/crimson/r7.png").reason.contains("renamed"))
      try winnow.put(Picture.png(.red, 100), "late.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(out + "/crimson/late.png"))
      #expect(!Files.exists(out + "/red"))
      try winnow.expectVerified(checked: 44)
      // And back again.
      try act(winnow, isDown: isDown) { try Files.rename(out + "/crimson", to: out + "/red") }
      try Deadline(seconds: 60).wait(for: "the old name: \(winnow.log)", pause: 50) {
        try winnow.status().inboxes.allSatisfy { $0.notes.isEmpty }
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.status().corrections == 0)
      try winnow.put(Picture.png(.red, 101), "later.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(out + "/red/later.png"))
      try winnow.expectVerified(checked: 45)
    }

    @Test("a picture dragged back into the inbox is sorted anew, once, and the ledger has it once")
    func backIntoTheInbox() throws {
      let winnow = try sorted()
      try Files.rename(winnow.output + "/green/g0.png", to: winnow.inbox + "/again.png")
      try winnow.waitForFile(winnow.output + "/green/again.png")
      try winnow.waitUntilIdle()
      #expect(try winnow.status().corrections == 0)
      #expect(Tree(winnow.inbox).files.isEmpty)
      try winnow.expectVerified(checked: 11)
    }

    @Test("a picture that is put back where Winnow had it is a correction no more, and can be undone then")
    func putBack() throws {
      let winnow = try sorted()
      let out = winnow.output
      try Files.rename(out + "/red/r0.png", to: out + "/green/r0.png")
      try waitForCorrections(1, winnow)
      let refused = try winnow.control("undo", out + "/green/r0.png")
      #expect(refused.status == 4)
      #expect(try refused.decode(UndoReply.self).refused.first?.reason.contains("person") == true)
      #expect(Files.exists(out + "/green/r0.png"))
      try Files.rename(out + "/green/r0.png", to: out + "/red/r0.png")
      try waitForCorrections(0, winnow)
      #expect(try winnow.control("undo", out + "/red/r0.png").status == 0)
      #expect(Files.exists(winnow.inbox + "/r0.png"))
    }
  }
}
