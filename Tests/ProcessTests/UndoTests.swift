import Glibc
import Testing

extension ProcessTests {
  @Suite struct UndoTests {
    /// A daemon that has sorted a little tree, and the tree as it was before.
    private func sortedTree() throws -> (Winnow, before: Tree) {
      let winnow = try Winnow()
      try Files.makeFolder(winnow.inbox + "/deep")
      try Files.makeFolder(winnow.output + "/green")
      for (number, name) in ["a.png", "deep/a.png", "b.png", "deep/c d.png"].enumerated() {
        try winnow.put(Picture.png(number < 2 ? .red : .green, number), name)
        let path = winnow.inbox + "/" + name
        try #require(chmod(path, [0o600, 0o640, 0o444, 0o664][number]) == 0)
        try ExtendedAttributes.set("user.note", to: "number \(number)", of: path)
        var times = [timespec(tv_sec: 1_000_000_000 + number, tv_nsec: 123_456_789), timespec()]
        times[1] = times[0]
        try #require(utimensat(AT_FDCWD, path, &times, 0) == 0)
      }
      try winnow.put(Picture.undecided(9), "unsure.png")
      let before = Tree(winnow.inbox, winnow.output)
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 4, review: 1))
      return (winnow, before)
    }

    @Test("undo --all restores names, bytes, times, modes and attributes, and removes the folders that Winnow made")
    func undoAll() throws {
      let (winnow, before) = try sortedTree()
      let after = Tree(winnow.inbox, winnow.output)
      #expect(after.paths(under: winnow.inbox) == [])
      #expect(after.contents == before.contents)
      let answer = try winnow.control("undo", "--all")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(try answer.decode(UndoReply.self).done == 5)
      let restored = Tree(winnow.inbox, winnow.output)
      #expect(restored.files == before.files)
      let unmade = restored.folders.subtracting(before.folders)
      #expect(unmade.isSubset(of: [winnow.output + "/_review", winnow.output + "/_quarantine"]), "\(unmade)")
      #expect(before.folders.isSubset(of: restored.folders), "the folders of others stay")

      let again = try winnow.control("redo")
      #expect(again.status == 0, "\(again.errors)")
      #expect(Tree(winnow.inbox, winnow.output).files == after.files)
      #expect(try winnow.counts() == .counted(sorted: 4, review: 1))
      try winnow.expectVerified(checked: 5)
    }

    @Test("an undo of a picture that changed is refused with the reason, and nothing of it is touched")
    func undoOfChanged() throws {
      let (winnow, _) = try sortedTree()
      let changed = winnow.output + "/red/a.png"
      try Files.append([0], to: changed)
      let before = try Files.read(changed)
      let answer = try winnow.control("undo", "--all")
      #expect(answer.status == 4)
      let reply = try answer.decode(UndoReply.self)
      #expect(reply.done == 4)
      #expect(reply.refused.map(\.file) == [changed])
      #expect(reply.refused.allSatisfy { !$0.reason.isEmpty })
      #expect(try Files.read(changed) == before)
      #expect(try winnow.control("verify").status == 1)
    }

    @Test("an undo is refused where the old name is taken by another file")
    func undoOntoTakenName() throws {
      let (winnow, _) = try sortedTree()
      try winnow.control("pause")
      try winnow.put(Picture.png(.blue, 99), "b.png")
      let answer = try winnow.control("undo", winnow.output + "/green/b.png")
      #expect(answer.status == 4)
      #expect(try Files.read(winnow.inbox + "/b.png") == Picture.png(.blue, 99))
      #expect(try Files.read(winnow.output + "/green/b.png") == Picture.png(.green, 2))
    }

    @Test("a picture that was taken back is held over rescan and restart, until rescan --again or until it changes")
    func held() throws {
      let (winnow, before) = try sortedTree()
      try winnow.control("undo", "--all")
      try winnow.control("rescan")
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)
      try winnow.stop()
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)

      try Files.write(Picture.png(.blue, 50), to: winnow.inbox + "/b.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/blue/b.png"), "what changed is sorted anew")
      #expect(try winnow.counts() == .counted(sorted: 1, left: 4))

      try winnow.control("rescan", "--again")
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox, winnow.output).paths(under: winnow.inbox) == [])
      #expect(try winnow.counts() == .counted(sorted: 4, review: 1))
    }

    @Test("one picture is taken back by any path it ever had")
    func undoOne() throws {
      let (winnow, before) = try sortedTree()
      #expect(try winnow.control("undo", winnow.inbox + "/b.png").status == 0)
      #expect(Files.exists(winnow.inbox + "/b.png"))
      #expect(try winnow.control("undo", winnow.output + "/green/c d.png").status == 0)
      let tree = Tree(winnow.inbox, winnow.output)
      #expect(
        tree.paths(under: winnow.inbox) == [winnow.inbox + "/b.png", winnow.inbox + "/deep/c d.png"])
      #expect(tree.contents == before.contents)
      let rows = try winnow.history(winnow.inbox + "/b.png")
      #expect(rows.map(\.outcome).sorted() == ["sorted", "undone"])
      #expect(rows.allSatisfy { $0.sha256 != nil })
    }
  }
}
