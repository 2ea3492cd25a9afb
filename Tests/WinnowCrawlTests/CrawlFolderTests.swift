import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowTestSupport

@testable import WinnowCrawl

@Suite("The folder of a crawl")
struct CrawlFolderTests {
  private let home: TemporaryFolder
  private let path: FilePath

  init() throws {
    home = try TemporaryFolder()
    path = home.path.appending("into")
  }

  private static let bytes = Array("a whole picture".utf8)

  private func record(_ file: String) -> ProvenanceRecord {
    var hasher = ContentHasher()
    hasher.update(Self.bytes)
    return ProvenanceRecord(
      file: file, sha256: hasher.finish().hex, source: "list", keyword: "k", url: "http://a.example/1", time: "now")
  }

  private func entry(_ verdict: CrawlJournal.Entry.Verdict) -> CrawlJournal.Entry {
    CrawlJournal.Entry(crawl: "list k", url: "http://a.example/1", verdict: verdict)
  }

  private func provenance() throws -> [ProvenanceRecord] {
    try home.bytes(of: "into/provenance.jsonl").split(separator: 0x0A).map {
      try JSONDecoder().decode(ProvenanceRecord.self, from: Data($0))
    }
  }

  @Test("a picture gets its name, its provenance and its place in the journal, and never replaces another")
  func saving() throws {
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
    try home.file("into/rose_0041.png", [1])
    var folder = try CrawlFolder(path, stem: "rose")
    try folder.tidy()
    // Somebody takes the next name meanwhile.
    try home.file("into/rose_0042.jpg", [2])
    let download = try Download(in: folder.root)
    try download.write(Self.bytes)
    try folder.save(download, format: "jpeg", as: entry(.saved), record(""))
    #expect(try home.bytes(of: "into/rose_0043.jpg") == Self.bytes)
    #expect(try home.bytes(of: "into/rose_0042.jpg") == [2])
    #expect(try provenance() == [record("rose_0043.jpg")])
    var ended: [CrawlJournal.Entry.Verdict] = []
    #expect(try folder.journal.read { ended.append($0.verdict) }.isEmpty)
    #expect(ended == [.saved])
    #expect(try home.names(in: "into").filter { $0.hasSuffix(".part") } == [])
  }

  enum Moment: CaseIterable {
    case beforeRename, afterRename, afterProvenance
  }

  @Test("a crash at any point of saving is mended without fetching again", arguments: Moment.allCases)
  func crashes(moment: Moment) throws {
    do {
      let folder = try CrawlFolder(path, stem: "rose")
      var saving = entry(.saving)
      saving.hidden = ".winnow-crawl-1234.part"
      saving.record = record("rose_0001.jpg")
      try folder.journal.append(saving)
    }
    try home.file(moment == .beforeRename ? "into/.winnow-crawl-1234.part" : "into/rose_0001.jpg", Self.bytes)
    if moment == .afterProvenance {
      let line = Array(try JSONEncoder().encode(record("rose_0001.jpg"))) + [0x0A]
      try home.file("into/provenance.jsonl", line)
    }
    for isFirst in [true, false] {
      var folder = try CrawlFolder(path, stem: "rose")
      var ended = 0
      let begun = try folder.journal.read { _ in ended += 1 }
      #expect(begun.count == (isFirst ? 1 : 0) && ended == (isFirst ? 0 : 1))
      for entry in begun { #expect(try folder.finish(entry)) }
      try folder.tidy()
      #expect(try home.bytes(of: "into/rose_0001.jpg") == Self.bytes)
      #expect(try provenance() == [record("rose_0001.jpg")])
    }
  }

  @Test("a crash before the bytes were durable leaves nothing behind")
  func halfWritten() throws {
    do {
      let folder = try CrawlFolder(path, stem: "rose")
      var saving = entry(.saving)
      saving.hidden = ".winnow-crawl-1234.part"
      saving.record = record("rose_0001.jpg")
      try folder.journal.append(saving)
    }
    try home.file("into/.winnow-crawl-1234.part", [1, 2])
    try home.file("into/.winnow-crawl-beef.part", [1, 2])
    var folder = try CrawlFolder(path, stem: "rose")
    for entry in try folder.journal.read({ _ in }) { #expect(try !folder.finish(entry)) }
    try folder.tidy()
    #expect(try home.names(in: "into") == [".winnow-crawl.jsonl", "provenance.jsonl"])
  }

  @Test("a journal that names files outside is not believed")
  func hostile() throws {
    var folder = try CrawlFolder(path, stem: "rose")
    try home.file("victim", Self.bytes)
    for (hidden, file) in [("../victim", "rose_0001.jpg"), (".winnow-crawl-1.part", "../../x"), ("victim", ".profile")]
    {
      var saving = entry(.saving)
      saving.hidden = hidden
      saving.record = record(file)
      #expect(try !folder.finish(saving))
    }
    #expect(try home.bytes(of: "victim") == Self.bytes)
  }

  @Test("a torn last line is cut off, and what follows is whole")
  func torn() throws {
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
    let whole = Array(try JSONEncoder().encode(record("a_0001.jpg"))) + [0x0A]
    try home.file("into/provenance.jsonl", whole + whole.prefix(40))
    try home.file("into/.winnow-crawl.jsonl", Array("{\"crawl\":".utf8))
    do {
      var folder = try CrawlFolder(path, stem: "a")
      #expect(try folder.journal.read { _ in Issue.record("a torn line was read") }.isEmpty)
      try folder.tidy()
      let download = try Download(in: folder.root)
      try download.write(Self.bytes)
      try folder.save(download, format: "png", as: entry(.saved), record(""))
    }
    #expect(try provenance().map(\.file) == ["a_0001.jpg", "a_0001.png"])
  }

  @Test("two crawls into one folder at once are refused")
  func locked() throws {
    let folder = try CrawlFolder(path, stem: "a")
    let error = #expect(throws: WinnowError.self) { _ = try CrawlFolder(path, stem: "b") }
    #expect(error?.code == .alreadyRunning)
    #expect(folder.root.path == path)
  }
}
