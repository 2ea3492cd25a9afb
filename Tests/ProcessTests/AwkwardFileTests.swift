import Glibc
import Testing

extension ProcessTests {
  @Suite struct AwkwardFileTests {
    @Test("files that are no whole pictures are each explained by history, and none is lost or stops the others")
    func awkwardFiles() throws {
      let winnow = try Winnow(["incomplete_after: 1s"])
      try winnow.start()
      let picture = Picture.png(.red, 1)
      var corrupt = Picture.png(.red, 2)
      for index in 60..<200 { corrupt[index] = 0xee }
      let files: [(name: String, bytes: [UInt8], outcomes: Set<String>)] = [
        ("corrupt.png", corrupt, ["quarantined"]),
        ("truncated.png", Array(picture.prefix(picture.count / 2)), ["quarantined"]),
        ("text.jpg", Array("no picture at all\n".utf8), ["left"]),
        ("empty.jpg", [], ["left", "quarantined"]),
        ("zero.png", [UInt8](repeating: 0, count: 5000), ["left"]),
        ("good.jpg", Picture.png(.blue, 3), ["sorted"]),
      ]
      for file in files { try winnow.put(file.bytes, file.name) }
      let pipe = winnow.inbox + "/pipe.jpg"
      let linked = winnow.inbox + "/link.jpg"
      try Files.write(picture, to: winnow.folder + "/outside.png")
      try #require(mkfifo(pipe, 0o644) == 0)
      try #require(symlink(winnow.folder + "/outside.png", linked) == 0)
      try Files.makeFolder(winnow.inbox + "/folder.jpg")
      try winnow.put(Picture.png(.green, 4), "folder.jpg/inner.png")
      try winnow.waitUntilIdle()

      for file in files {
        let row = try #require(try winnow.history(winnow.inbox + "/" + file.name).last, "\(file.name)")
        #expect(file.outcomes.contains(row.outcome), "\(file.name) is \(row.outcome): \(row.reason)")
        #expect(!row.reason.isEmpty)
        #expect(try Files.read(row.file) == file.bytes, "\(file.name)")
      }
      for path in [pipe, linked] {
        #expect(Files.exists(path))
        let row = try #require(try winnow.history(path).last)
        #expect(row.outcome == "left")
        #expect(!row.reason.isEmpty)
      }
      #expect(Files.exists(winnow.output + "/green/inner.png"))
      #expect(Files.exists(winnow.folder + "/outside.png"))
      let counts = try winnow.counts()
      #expect(counts.seen == files.count + 3)
      #expect(counts.failed == 0)
      #expect(winnow.daemon?.isRunning == true)
    }

    @Test("names that hold line ends or are no UTF-8 are sorted byte for byte, and history shows them")
    func awkwardNames() throws {
      let winnow = try Winnow()
      try winnow.start()
      let names: [[UInt8]] = [
        Array("two\nlines.png".utf8), Array("caf".utf8) + [0xe9] + Array(".png".utf8), [0xff, 0xfe, 0x41],
        Array("-rf.png".utf8), Array("  spaces and 'quotes' \"too\".png".utf8), Array("\u{1b}[31mred.png".utf8),
        Array((String(repeating: "n", count: 251) + ".png").utf8),
      ]
      for (number, name) in names.enumerated() {
        let path = Array((winnow.inbox + "/").utf8) + name + [0]
        let file = path.withUnsafeBytes { bytes in
          bytes.withMemoryRebound(to: CChar.self) { chars in
            chars.baseAddress.map { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) } ?? -1
          }
        }
        try #require(file >= 0)
        try Files.write(Picture.png(.yellow, number), to: file, "a file with an awkward name")
        close(file)
      }
      try winnow.waitUntilIdle()
      #expect(Set(Files.rawNames(in: winnow.output + "/yellow")) == Set(names), "\(winnow.log)")
      #expect(try winnow.counts() == .counted(sorted: names.count))
      try winnow.expectVerified(checked: names.count)
      let rows = try winnow.history()
      #expect(rows.count == names.count)
      #expect(rows.filter { $0.fileBytes != nil }.count == 2, "two names are no UTF-8")
      #expect(try winnow.control("undo", "--all").status == 0)
      #expect(Set(Files.rawNames(in: winnow.inbox)) == Set(names))
    }

    @Test("a class folder that is a link leads nowhere outside the output: the picture waits, and history says why")
    func linkInTheWay() throws {
      let winnow = try Winnow()
      let outside = winnow.folder + "/outside"
      try Files.makeFolder(outside)
      try #require(symlink(outside, winnow.output + "/red") == 0)
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitForCondition("output_fault")
      #expect(Files.names(in: outside) == [])
      #expect(Files.exists(winnow.inbox + "/a.png"))
      #expect(try winnow.history(winnow.inbox + "/a.png").last?.outcome == "failed")
      try winnow.put(Picture.png(.blue, 2), "b.png")
      try winnow.waitForFile(winnow.output + "/blue/b.png")
      try Files.remove(winnow.output + "/red")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/a.png"))
      #expect(try winnow.counts() == .counted(sorted: 2))
    }
  }
}
