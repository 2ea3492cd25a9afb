import Foundation
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore
import WinnowFiles
import WinnowSupervision

@testable import WinnowDataset

@Suite("Describing a data set")
struct DatasetDescriptionTests {
  private static func describe(
    _ ground: Playground, _ name: FilePath = "s", page: FilePath? = nil
  ) throws -> DatasetInfoReport {
    try DatasetDescription(
      folder: ground.path.pushing(name), page: page, looker: MadeLooks(), cancellation: Cancellation(),
      report: { _, _ in }
    ).run()
  }

  @Test("counts classes, formats, colours and sides, and says how uneven the classes are")
  func counts() throws {
    let ground = try Playground()
    for number in 0..<6 { try ground.put(FilePath("s/rose/\(number).jpg"), "r\(number) side=\(100 + number)") }
    try ground.put("s/tulip/1.png", "t1 format=png colour=grey side=900")
    try ground.put("s/tulip/2.png", "t2 format=png colour=grey side=20")
    try ground.makeFolder("s/iris")
    let info = try Self.describe(ground)
    #expect(info.layout == "classes" && info.pictures == 8 && info.leaks == nil)
    #expect(info.classes.map(\.label) == ["iris", "rose", "tulip"] && info.classes.map(\.pictures) == [0, 6, 2])
    #expect(info.bytes == info.classes.reduce(0) { $0 + $1.bytes } && info.bytes > 0)
    #expect(info.formats == ["jpeg": 6, "png": 2] && info.colours == ["rgb": 6, "grey": 2])
    #expect(info.sides == .init(smallest: 20, median: 103, largest: 900))
    #expect(info.imbalance?.largest == 6 && info.imbalance?.smallest == 2 && info.imbalance?.ratio == 3)
    #expect(info.problemCounts == ["tiny": 1, "empty_class": 1])
  }

  @Test("classes of one size are as many as they are, and one class is one")
  func effective() throws {
    for count in [1, 2, 7] {
      let imbalance = try #require(DatasetTally.imbalance(Array(repeating: 30, count: count)))
      #expect(abs(imbalance.effectiveClasses - Double(count)) < 1e-9 && imbalance.ratio == 1)
    }
    #expect(DatasetTally.imbalance([]) == nil)
  }

  @Test("names everything that is wrong, with the other picture where it is about two")
  func problems() throws {
    let ground = try Playground()
    try ground.put("s/rose/a.jpg", "a")
    try ground.put("s/rose/b.jpg", "a")
    try ground.put("s/rose/c.jpg", "c shows=bee")
    try ground.put("s/rose/d.jpg", "d shows=bee")
    try ground.put("s/tulip/a.jpg", "a")
    try ground.put("s/tulip/broken.jpg", "broken")
    try ground.put("s/tulip/notes.txt", "text")
    try ground.put("s/loose.jpg", "l")
    try ground.link("s/rose/link.jpg", to: "a.jpg")
    let info = try Self.describe(ground)
    #expect(
      info.problemCounts == [
        "exact_duplicate": 1, "near_duplicate": 1, "two_classes": 1, "truncated": 1, "not_a_picture": 1, "no_class": 1,
        "irregular": 1,
      ])
    func problem(_ kind: String) -> DatasetInfoReport.Problem? { info.problems.first { $0.kind == kind } }
    #expect(problem("exact_duplicate")?.file == "rose/b.jpg" && problem("exact_duplicate")?.of == "rose/a.jpg")
    #expect(problem("near_duplicate")?.file == "rose/d.jpg" && problem("near_duplicate")?.of == "rose/c.jpg")
    #expect(problem("two_classes")?.file == "tulip/a.jpg" && problem("two_classes")?.of == "rose/a.jpg")
    #expect(problem("truncated")?.file == "tulip/broken.jpg")
  }

  @Test("of parts has counts of each, and the leaks")
  func parts() throws {
    let ground = try Playground()
    try ground.put("s/train/rose/a.jpg", "a")
    try ground.put("s/train/rose/b.jpg", "b")
    try ground.put("s/test/rose/a.jpg", "a")
    let info = try Self.describe(ground)
    #expect(info.classes.first?.parts == ["train": 2, "test": 1] && info.leakCount == 1)
    #expect(info.leaks?.first?.parts == ["train", "test"])
  }

  @Test("its page holds the pictures and needs nothing else, and no name becomes markup")
  func page() throws {
    let ground = try Playground()
    let nasty = FilePath("s/<script>alert(1)<\\script>\"'&/x\" onerror=\"alert(2).jpg")
    try ground.put(nasty, "a")
    try ground.put(FilePath("s").pushing(FilePath(bytes: [0xFF])).appending("b.jpg"), "b")
    for number in 0..<40 { try ground.put(FilePath("s/rose/\(number).jpg"), "r\(number)") }
    let info = try Self.describe(ground, page: ground.path.appending("page.html"))
    #expect(info.page == ground.path.appending("page.html"))
    let page = try #require(ground.text("page.html"))
    #expect(!page.contains("<script") && !page.contains("\" onerror=\"") && page.contains("&lt;script&gt;"))
    #expect(page.contains(#"\xff"#))
    // 24 of the class with 40 pictures, and one of each other.
    #expect(page.matches(of: /<img [^>]*src="data:image\/jpeg;base64,/).count == 26)
    #expect(!page.contains("http:") && !page.contains("https:"))
    // Written again, it is replaced.
    _ = try Self.describe(ground, page: ground.path.appending("page.html"))
    #expect(ground.text("page.html") == page)
  }

  @Test("counts the licences that its provenance names, on the page too")
  func licences() throws {
    let ground = try Playground()
    var lines = ""
    for (name, licence) in [("a", "CC0"), ("b", "CC0"), ("c", nil), ("d", "of other bytes")] {
      try ground.put(FilePath("s/rose/\(name).jpg"), name)
      var hasher = ContentHasher()
      hasher.update(Array((name == "d" ? "changed" : name).utf8))
      let record = ProvenanceRecord(
        file: "\(name).jpg", sha256: hasher.finish().hex, source: "list", keyword: "", url: "", licence: licence,
        time: "2026-01-02T03:04:05Z")
      lines += String(decoding: try JSONEncoder().encode(record), as: UTF8.self) + "\n"
    }
    try ground.put("s/rose/provenance.jsonl", lines)
    let info = try Self.describe(ground, page: ground.path.appending("page.html"))
    #expect(info.licences == ["CC0": 2, "unknown": 1])
    let page = try #require(ground.text("page.html"))
    #expect(page.contains("<td>licences</td><td>2 CC0, 1 unknown</td>"))
  }

  @Test("of an empty folder says so without figures")
  func empty() throws {
    let ground = try Playground()
    try ground.makeFolder("s")
    let info = try Self.describe(ground)
    #expect(info.pictures == 0 && info.sides == nil && info.imbalance == nil && info.layout == "one_class")
  }

  @Test("goes to JSON and back whole")
  func coding() throws {
    let ground = try Playground()
    try ground.put(FilePath("s/train").pushing(FilePath(bytes: [0xFF])).appending("a.jpg"), "a")
    try ground.put("s/test/rose/a.jpg", "a")
    let info = try Self.describe(ground)
    #expect(try Wire.decode(DatasetInfoReport.self, from: Wire.encode(info)) == info)
  }
}
