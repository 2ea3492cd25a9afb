import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowFiles
import WinnowSupervision

@testable import WinnowDataset

@Suite("Cleaning")
struct DatasetCleaningTests {
  let playground: Playground
  let pictures = DescribedPictures()

  init() throws { playground = try Playground() }

  private var folder: FilePath { playground.path.appending("set") }

  private func put(_ file: FilePath, _ text: String) throws { try playground.put(FilePath("set").pushing(file), text) }

  private func clean(_ change: (inout CleaningSettings) -> Void = { _ in }, cancellation: Cancellation = Cancellation())
    throws -> CleanReport
  {
    var settings = CleaningSettings(folder: folder)
    change(&settings)
    return try DatasetCleaning(settings: settings, looker: pictures, cancellation: cancellation).run()
  }

  /// Everything below the playground, with its text.
  private func contents(of top: FilePath) throws -> [FilePath: String] {
    var contents: [FilePath: String] = [:]
    let scan = try FolderScan(root: Root(opening: playground.path, on: LinuxFileSystem()), start: top, recursive: true)
    while let entry = scan.next() {
      if case .file(let path) = entry { contents[path] = playground.text(path) }
    }
    return contents
  }

  @Test("sound JPEGs keep their bytes, others are converted, and the original stays as it was")
  func keepsAndConverts() throws {
    try put("daisy/b.jpg", "seed=1")
    try put("daisy/a.png", "seed=2 format=png")
    try put("rose/x.jpg", "seed=3 orientation=6")
    try put("rose/y.jpg", "seed=4 colour=grey")
    let before = try contents(of: "set")
    let report = try clean()
    #expect(
      report.kept.map(\.to) == [
        "daisy/daisy_00001.jpg", "daisy/daisy_00002.jpg", "rose/rose_00001.jpg", "rose/rose_00002.jpg",
      ])
    #expect(playground.text("set_cleaned/daisy/daisy_00001.jpg") == "JPEG of seed=2 format=png")
    #expect(playground.text("set_cleaned/daisy/daisy_00002.jpg") == "seed=1")
    #expect(playground.text("set_cleaned/rose/rose_00001.jpg") == "JPEG of seed=3 orientation=6")
    #expect(report.convertedCount == 3)
    #expect(report.leftOut.isEmpty)
    #expect(try contents(of: "set") == before)
    let names = Set(try contents(of: "set_cleaned").keys)
    #expect(
      names
        == Set(
          report.kept.map { FilePath("set_cleaned").pushing($0.to) } + [
            "set_cleaned/report.json", "set_cleaned/report.html",
          ]))
  }

  @Test("each fault is left out with its reason")
  func reasons() throws {
    try put("c/a.jpg", "seed=1")
    try put("c/b.jpg", "seed=1")
    try put("c/c.jpg", "seed=1 width=1280 height=960")
    try put("c/d.jpg", "broken")
    try put("c/e.jpg", "seed=2 light=0.1")
    try put("c/f.jpg", "seed=3 dark=0.9")
    try put("c/g.jpg", "seed=4 sharp=1")
    try put("c/h.jpg", "seed=5 contrast=0")
    try put("c/i.jpg", "seed=6 width=20")
    try put("c/j.jpg", "seed=7 width=6400")
    try put("stray.jpg", "seed=8")
    let report = try clean()
    let reasons = Dictionary(report.leftOut.map { ($0.file, $0.reason) }) { first, _ in first }
    #expect(
      reasons == [
        "c/a.jpg": .nearDuplicate, "c/b.jpg": .exactDuplicate, "c/d.jpg": .unreadable, "c/e.jpg": .dark,
        "c/f.jpg": .light, "c/g.jpg": .blurred, "c/h.jpg": .blank, "c/i.jpg": .tiny, "c/j.jpg": .oddShape,
        "stray.jpg": .noClass,
      ])
    let json = try #require(playground.text("set_cleaned/report.json"))
    let read = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let counts = try #require(read["counts"] as? [String: Any])
    #expect(counts["kept"] as? Int == 1)
    #expect((counts["left_out"] as? [String: Int])?.values.reduce(0, +) == 10)
    // The largest stays.
    #expect(report.kept.map(\.file) == ["c/c.jpg"])
    #expect(report.leftOut.first { $0.file == "c/a.jpg" }?.of == "c/c.jpg")
    #expect(report.leftOut.first { $0.file == "c/b.jpg" }?.of == "c/a.jpg")
  }

  @Test("a picture that lies in two classes is told of")
  func twoClasses() throws {
    try put("cat/1.jpg", "seed=1")
    try put("dog/1.jpg", "seed=1")
    try put("dog/2.jpg", "seed=2")
    let report = try clean()
    #expect(report.kept.map(\.file) == ["cat/1.jpg", "dog/2.jpg"])
    #expect(report.warnings.count == 1)
  }

  @Test("a file that changes after it was looked at is not taken for what it was")
  func changedFile() throws {
    try put("a/1.jpg", "seed=1")
    try put("a/2.png", "seed=2 format=png")
    try put("a/3.jpg", "seed=3")
    // The third look is the last before pictures are placed.
    pictures.afterLook = { [self] number in if number == 2 { try? put("a/1.jpg", "seed=4") } }
    let report = try clean()
    #expect(report.kept.map(\.to) == ["a/a_00002.jpg", "a/a_00003.jpg"])
    #expect(report.leftOut.map(\.file) == ["a/1.jpg"])
    #expect(report.leftOut.map(\.reason) == [.unreadable])
    #expect(playground.text("set_cleaned/a/a_00001.jpg") == nil)
  }

  @Test("a folder of one class is cleaned flat, under the name that was asked for")
  func oneClass() throws {
    try put("1.jpg", "seed=1")
    try put("2.jpg", "seed=2")
    let report = try clean { $0.name = "sunflower" }
    #expect(report.kept.map(\.to) == ["sunflower_00001.jpg", "sunflower_00002.jpg"])
    #expect(throws: WinnowError.self) { try clean { $0.name = "../up" } }
  }

  @Test("names of any bytes come through, in the report as well")
  func awkwardNames() throws {
    let classes = ["with space", "向日葵", "line\nbreak"].map { Array($0.utf8) } + [[0xFF, 0x66]]
    for (number, label) in classes.enumerated() {
      try put(
        FilePath(bytes: label).pushing(FilePath(bytes: [0xFE, 0x0A] + Array("\(number).jpg".utf8))),
        "seed=\(number + 1)")
    }
    let report = try clean()
    #expect(report.kept.count == 4)
    for label in classes {
      let name = FilePath(bytes: label).pushing(FilePath(bytes: label + Array("_00001.jpg".utf8)))
      #expect(playground.text(FilePath("set_cleaned").pushing(name)) != nil)
    }
    let json = try #require(playground.text("set_cleaned/report.json"))
    #expect(try JSONDecoder().decode(CleanReport.self, from: Data(json.utf8)) == report)
  }

  @Test("a run that is cancelled at any look ends, taken up again, with the same result", arguments: 0..<12)
  func resumes(_ stop: Int) throws {
    for number in 1...4 { try put(FilePath("a/\(number).jpg"), "seed=\(number)") }
    try put("b/1.png", "seed=5 format=png")
    try put("b/2.png", "seed=6 format=png")
    try put("b/3.jpg", "broken")
    let cancellation = Cancellation()
    pictures.beforeLook = { number in if number == stop { cancellation.request() } }
    var wasCancelled = false
    do {
      _ = try clean(cancellation: cancellation)
    } catch let error as WinnowError {
      #expect(error.code == .jobCancelled)
      wasCancelled = true
    }
    let looksBefore = pictures.lookCount
    pictures.beforeLook = { _ in }
    guard wasCancelled else {
      // Stopped beyond the last look that cancelling can stop: the thumbnails of a finished run.
      #expect(stop >= 9)
      return
    }
    let report = try clean()
    if stop < 7 {
      #expect(pictures.lookCount - looksBefore < 7 - stop + 1 + 2 + 7 + 1, "what was seen is not seen again")
    }
    #expect(report.kept.count == 6)
    let found = try contents(of: "set_cleaned")
    #expect(found["set_cleaned/b/b_00002.jpg"] == "JPEG of seed=6 format=png")
    #expect(found["set_cleaned/a/a_00004.jpg"] == "seed=4")
    #expect(found.count == 8)
  }

  @Test("what is there is never written over")
  func overwritesNothing() throws {
    try put("a/1.jpg", "seed=1")
    try playground.put("set_cleaned/mine.txt", "precious")
    let error = #expect(throws: WinnowError.self) { try clean() }
    #expect(error?.code == .alreadyExists)
    #expect(error?.remedy != nil)
    #expect(try contents(of: "set_cleaned") == ["set_cleaned/mine.txt": "precious"])
  }

  @Test("a finished folder is not cleaned into again, nor an unfinished one with other settings")
  func refusesOthers() throws {
    try put("a/1.jpg", "seed=1")
    try put("a/2.jpg", "seed=2")
    let cancellation = Cancellation()
    pictures.beforeLook = { number in if number == 1 { cancellation.request() } }
    #expect(throws: WinnowError.self) { try clean(cancellation: cancellation) }
    #expect(throws: WinnowError.self) { try clean { $0.name = "other" } }
    pictures.beforeLook = { _ in }
    _ = try clean()
    #expect(throws: WinnowError.self) { try clean() }
  }

  @Test("a folder that nothing can lie beside is refused", arguments: ["/", "photos", "/.."])
  func refusesRoot(_ folder: String) {
    let settings = CleaningSettings(folder: FilePath(folder))
    let cleaning = DatasetCleaning(settings: settings, looker: pictures, cancellation: Cancellation())
    let error = #expect(throws: WinnowError.self) { try cleaning.run() }
    #expect(error?.code == .invalidInput)
  }

  @Test("a dry run tells the same and writes nothing")
  func dryRun() throws {
    try put("a/1.jpg", "seed=1")
    try put("a/2.jpg", "broken")
    let dry = try clean { $0.isDryRun = true }
    #expect(playground.text("set_cleaned/report.json") == nil)
    #expect(try contents(of: "").count == 2)
    let wet = try clean()
    #expect(dry.kept == wet.kept)
    #expect(dry.leftOut == wet.leftOut)
  }

  @Test("labels that a model doubts are told of, and their pictures kept")
  func doubts() throws {
    for number in 1...3 { try put(FilePath("cat/\(number).jpg"), "seed=\(number) class=0") }
    for number in 1...3 { try put(FilePath("dog/\(number).jpg"), "seed=\(number + 3) class=1") }
    try put("dog/wrong.jpg", "seed=8 class=0")
    let told = try clean { $0.model = DoubtingModel(classes: ["cat", "dog"]) }
    #expect(told.doubts.map(\.file) == ["dog/wrong.jpg"])
    #expect(told.kept.count == 7)
    #expect(told.warnings.contains { $0.contains("may have been trained on these pictures") })
    let page = try #require(playground.text("set_cleaned/report.html"))
    #expect(page.contains("the model takes it for cat"))
  }

  @Test("decisions bring pictures in and take them out, twice as well as once, and can be turned back")
  func decisions() throws {
    try put("a/1.jpg", "seed=1")
    try put("a/2.jpg", "seed=1 width=320 height=240")
    try put("a/3.jpg", "seed=3")
    _ = try clean()
    let cleaning = DatasetCleaning(
      settings: CleaningSettings(folder: folder), looker: pictures, cancellation: Cancellation())
    let decisions = CleaningDecisions([.init(file: "a/2.jpg", keep: true), .init(file: "a/3.jpg", keep: false)])
    let once = try cleaning.apply(decisions)
    let found = try contents(of: "set_cleaned")
    #expect(once.kept.map(\.to) == ["a/a_00001.jpg", "a/a_00003.jpg"])
    #expect(found["set_cleaned/a/a_00003.jpg"] == "seed=1 width=320 height=240")
    #expect(found["set_cleaned/a/a_00002.jpg"] == nil)
    #expect(found["set_cleaned/_left_out/a/a_00002.jpg"] == "seed=3")
    #expect(try cleaning.apply(decisions) == once)
    #expect(try contents(of: "set_cleaned") == found)
    let back = try cleaning.apply(CleaningDecisions([.init(file: "a/3.jpg", keep: true)]))
    #expect(back.kept.count == 3)
    #expect(playground.text("set_cleaned/a/a_00002.jpg") == "seed=3")
    #expect(throws: WinnowError.self) { try cleaning.apply(CleaningDecisions([.init(file: "b", keep: true)])) }
  }

  @Test("no name of a file becomes markup of the page")
  func pageIsInert() throws {
    try put("a/<script>alert(1)<\u{2215}script>.jpg", "seed=1")
    try put("a/\"onerror='x'&.jpg", "broken")
    _ = try clean { $0.name = "<b>" }
    let page = try #require(playground.text("set_cleaned/report.html"))
    #expect(page.contains("&lt;script&gt;alert"))
    #expect(!page.contains("<script>alert") && !page.contains("\"onerror") && !page.contains("<b>_"))
    #expect(page.contains("data:image/jpeg;base64,/9j/"))
  }
}

@Suite("Label doubts")
struct LabelDoubtsTests {
  @Test("a label is in doubt only where another class reaches its own usual confidence")
  func thresholds() {
    func opinion(_ label: Int, _ probability: Float) -> LabelDoubts.Opinion {
      LabelDoubts.Opinion(label: label, classes: [0, 1], probabilities: [probability, 1 - probability])
    }
    // Class 0 is usually given 0.9, class 1 only 0.6.
    let opinions = [
      opinion(0, 0.9), opinion(0, 0.9), opinion(1, 0.4), opinion(1, 0.4), opinion(1, 0.7), opinion(0, 0.35),
    ]
    let doubted = LabelDoubts.doubted(opinions, classCount: 2)
    #expect(doubted.map { $0?.instead } == [nil, nil, nil, nil, nil, 1])
    #expect(abs((doubted[5]?.margin ?? 0) - 0.3) < 1e-6)
    #expect(LabelDoubts.doubted([nil, opinion(1, 1)], classCount: 2) == [nil, nil])
  }
}

@Suite("Decisions")
struct CleaningDecisionsTests {
  @Test("a file of decisions is read, names of any bytes as well")
  func reads() throws {
    let json = #"{"schema":1,"decisions":[{"file_base64":"/w==","keep":true},{"file":"a b","keep":false}]}"#
    let decisions = try CleaningDecisions(json: Array(json.utf8)).decisions
    #expect(decisions == [.init(file: FilePath(bytes: [0xFF]), keep: true), .init(file: "a b", keep: false)])
  }

  @Test(
    "what is no file of decisions is refused", arguments: ["", "[]", #"{"schema":2,"decisions":[]}"#, #"{"schema":1}"#])
  func refuses(_ json: String) {
    #expect(throws: WinnowError.self) { try CleaningDecisions(json: Array(json.utf8)) }
  }
}
