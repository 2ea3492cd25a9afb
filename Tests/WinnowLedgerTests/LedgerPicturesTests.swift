import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("Pictures in the ledger")
struct LedgerPicturesTests {
  @Test(
    "a name of any bytes comes back as it was",
    arguments: [
      Array("two\nlines.jpg".utf8), [0xFF, 0xFE, 0x80], Array("\u{202E}gpj.exe".utf8), Array("%_'\"\\ x".utf8),
      [0x01], Array(repeating: 0xC3, count: 255),
    ])
  func bytes(name: [UInt8]) throws {
    let temporary = try TemporaryLedger()
    let folder = Place(root: Sample.inbox, relative: FilePath(bytes: [0xE9, 0x0A]))
    let place = folder.appending(name: name)
    let destination = Place(root: Sample.output, relative: "daisy").appending(name: name)
    var picture = Sample.picture(temporary.ledger.nextPictureID())
    picture.place = place
    let intent = temporary.intent(for: picture, to: destination, outcome: .sorted)
    try temporary.ledger.commit(LedgerBatch(pictures: [picture], intents: [intent]))
    #expect(try temporary.ledger.picture(at: place.absolute)?.record == picture)
    #expect(try temporary.afterCrash().openIntents() == [intent])
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    #expect(try temporary.ledger.picture(at: destination.absolute)?.record.place == destination)
    #expect(try temporary.rows(HistoryQuery(path: place.absolute)).map(\.from) == [place])
    #expect(try temporary.rows(HistoryQuery(path: destination.absolute)).map(\.to) == [destination])
  }

  @Test("root and relative path come back apart, whatever the root")
  func roots() throws {
    let temporary = try TemporaryLedger()
    let places = [
      Place(root: "/", relative: "a.jpg"), Place(root: "/", relative: "x/y/a.jpg"),
      Place(root: "/x", relative: "z.jpg"),
      Place(root: "/x/y", relative: "b/c/d.jpg"),
    ]
    for place in places {
      let picture = Sample.picture(temporary.ledger.nextPictureID(), place: place)
      try temporary.ledger.commit(LedgerBatch(pictures: [picture]))
      #expect(try temporary.ledger.picture(at: place.absolute)?.record.place == place)
    }
  }

  @Test("a record without facts, classes, model or digest comes back as it was")
  func bare() throws {
    let temporary = try TemporaryLedger()
    let picture = PictureRecord(
      id: temporary.ledger.nextPictureID(), inbox: "", place: Sample.arriving("a"), state: .left,
      fingerprint: FileFingerprint(
        handle: [], inode: 0, born: Timestamp(nanoseconds: 0), size: 0, modified: Timestamp(nanoseconds: -1)),
      reason: "", digest: nil, facts: nil, top: [], model: nil, time: Timestamp(nanoseconds: .min))
    try temporary.ledger.commit(LedgerBatch(pictures: [picture]))
    #expect(try temporary.ledger.picture(id: picture.id)?.record == picture)
    #expect(try temporary.ledger.picture(at: "/srv/camera/inbox") == nil)
    #expect(try temporary.ledger.picture(at: "/") == nil)
    #expect(try temporary.ledger.picture(at: "relative") == nil)
  }

  @Test("facts of other bytes than the digest's come back with both")
  func otherDigest() throws {
    let temporary = try TemporaryLedger()
    var picture = Sample.picture(temporary.ledger.nextPictureID())
    picture.facts?.digest = Sample.digest(99)
    picture.top = [ClassScore(index: .max, label: "", probability: .ulpOfOne)]
    try temporary.ledger.commit(LedgerBatch(pictures: [picture]))
    #expect(try temporary.ledger.picture(id: picture.id)?.record == picture)
  }

  @Test("the same bytes are found in the folder itself and nowhere else")
  func duplicates() throws {
    let temporary = try TemporaryLedger()
    for (name, place) in [("a.jpg", "daisy/a.jpg"), ("b.jpg", "daisy/2024/b.jpg"), ("c.jpg", "rose/c.jpg")] {
      var picture = Sample.picture(temporary.ledger.nextPictureID(), name: name)
      picture.digest = Sample.digest(5)
      let intent = temporary.intent(for: picture, to: Sample.sorted(place), outcome: .sorted)
      try temporary.ledger.commit(LedgerBatch(pictures: [picture], intents: [intent]))
      try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    }
    let found = try temporary.ledger.pictures(digest: Sample.digest(5), inFolder: "/srv/camera/sorted/daisy")
    #expect(found.map(\.place) == [Sample.sorted("daisy/a.jpg")])
    #expect(try temporary.ledger.pictures(digest: Sample.digest(6), inFolder: "/srv/camera/sorted/daisy").isEmpty)
    #expect(try temporary.ledger.pictures(digest: Sample.digest(5), inFolder: "/srv/camera/sorted").isEmpty)
    try temporary.ledger.retire(pictures: found.map(\.id))
    #expect(try temporary.ledger.pictures(digest: Sample.digest(5), inFolder: "/srv/camera/sorted/daisy").isEmpty)
  }

  @Test("pages by state hold every picture once, in order")
  func pages() throws {
    let temporary = try TemporaryLedger()
    for number in 0..<25 {
      try temporary.sort("\(number).jpg", outcome: number % 5 == 0 ? .review : .sorted)
    }
    var review: [PictureRecord] = []
    while true {
      let page = try temporary.ledger.pictures(state: .review, inbox: "camera", after: review.last?.id ?? 0, limit: 2)
      if page.isEmpty { break }
      review += page
    }
    #expect(review.map { $0.place.name } == [0, 5, 10, 15, 20].map { Array("\($0).jpg".utf8) })
    #expect(try temporary.ledger.pictures(state: .review, inbox: "another").isEmpty)
    var all: [PictureRecord] = []
    while true {
      let page = try temporary.ledger.pictures(inStates: [.sorted, .review], afterID: all.last?.id ?? 0, limit: 4)
      if page.isEmpty { break }
      all += page
    }
    #expect(all.count == 25)
    #expect(all.map(\.id) == all.map(\.id).sorted())
  }

  @Test("released pictures say so until they are looked at again")
  func release() throws {
    let temporary = try TemporaryLedger()
    let picture = Sample.picture(temporary.ledger.nextPictureID(), reason: "no picture")
    let note = PictureNote(picture: picture, outcome: .left, by: "winnowd", run: temporary.run)
    try temporary.ledger.commit(LedgerBatch(notes: [note]))
    #expect(try temporary.ledger.release(inbox: "another", states: [.left]) == 0)
    #expect(try temporary.ledger.release(inbox: "camera", states: [.held]) == 0)
    #expect(try temporary.ledger.picture(id: picture.id)?.isReleased == false)
    #expect(try temporary.ledger.release(inbox: nil, states: [.held, .left, .failed]) == 1)
    #expect(try temporary.ledger.picture(at: picture.place.absolute)?.isReleased == true)
    #expect(try temporary.ledger.counts() == ["camera": [.left: 1]])
    try temporary.ledger.commit(LedgerBatch(notes: [note]))
    #expect(try temporary.ledger.picture(id: picture.id)?.isReleased == false)
    #expect(try temporary.rows().count == 1)
  }

  @Test("a picture whose file is gone counts no more and keeps its history")
  func retired() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort()
    try temporary.ledger.retire(pictures: [picture, 4711])
    #expect(try temporary.ledger.picture(at: "/srv/camera/sorted/daisy/a.jpg") == nil)
    #expect(try temporary.ledger.counts() == [:])
    #expect(try temporary.rows(HistoryQuery(path: "/srv/camera/sorted/daisy/a.jpg")).count == 1)
    try temporary.ledger.quickCheck()
  }
}
