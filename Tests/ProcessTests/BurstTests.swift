import Testing

extension ProcessTests {
  @Suite struct BurstTests {
    private static let together = ["bursts: together", "group_wait: 500ms", "threshold: 0.7"]

    /// Three clear pictures and one that alone would go to review, taken within two seconds.
    private func putBurst(_ winnow: Winnow) throws {
      for number in 0..<4 {
        let exif = Picture.exif(taken: "2024:02:29 12:00:0\(number / 2)", fraction: "\(number % 2 * 5)")
        let bytes = number == 2 ? Picture.undecided(2, exif: exif) : Picture.png(.red, number, exif: exif)
        try winnow.put(bytes, "\(number).png")
      }
    }

    @Test("pictures of a burst are decided about by the mean of what the model says, and others as ever")
    func together() throws {
      let winnow = try Winnow(Self.together)
      try putBurst(winnow)
      // Ten seconds later, of another camera, and without a time.
      try winnow.put(Picture.undecided(4, exif: Picture.exif(taken: "2024:02:29 12:00:11")), "later.png")
      try winnow.put(
        Picture.undecided(5, exif: Picture.exif(taken: "2024:02:29 12:00:01", camera: "Other")), "other.png")
      try winnow.put(Picture.undecided(6), "timeless.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.output + "/red").files.count == 4)
      #expect(Tree(winnow.output + "/_review").files.count == 3)
      let row = try #require(try winnow.history(winnow.inbox + "/2.png").last)
      #expect(row.class == "red" && row.reason.hasSuffix(", decided with 3 others of a burst"), "\(row)")
      // A burst is decided about together and moved one by one.
      #expect(try winnow.control("undo", winnow.output + "/red/2.png").status == 0)
      #expect(Tree(winnow.output + "/red").files.count == 3)
      try winnow.expectVerified(checked: 6)
    }

    @Test("without `bursts: together` each picture is decided about by itself")
    func apart() throws {
      let winnow = try Winnow(["threshold: 0.7"])
      try putBurst(winnow)
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 3, review: 1))
    }

    @Test("killed while a burst waits, nothing of it is decided, and all of it together after the next start")
    func killed() throws {
      let winnow = try Winnow(Self.together + ["incomplete_after: 1h"])
      // What may still be growing keeps a burst from being decided.
      try winnow.put([0xff, 0xd8, 0xff, 0xe0, 0, 16], "growing.jpg")
      try putBurst(winnow)
      try winnow.start()
      // It falls at some moment before the burst is decided, which is after three seconds.
      try Deadline(seconds: 30).wait(for: "the files to be seen: \(winnow.log)") {
        try winnow.counts().settling == 5
      }
      try winnow.crash()
      #expect(Tree(winnow.inbox).files.count == 5 && Tree(winnow.output).files.isEmpty)
      try Files.remove(winnow.inbox + "/growing.jpg")
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 4))
      let reasons = try winnow.history().map(\.reason)
      #expect(reasons.count == 4 && reasons.allSatisfy { $0.hasSuffix("decided with 3 others of a burst") })
    }
  }
}
