import Foundation
import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  /// The verbs on data sets, without a daemon, ended at moments that nobody chose.
  @Suite struct DatasetTests {
    private static let classes = ["daisy", "two words", "向日葵"]
    /// Different pictures of each class.
    private static let size = 60
    private let work: TemporaryFolder

    init() throws { work = try TemporaryFolder() }

    @Test("a clean that is killed and given up at random ends like one that nobody disturbed")
    func clean() throws {
      let (calm, troubled) = (try dataset("calm"), try dataset("troubled"))
      #expect(try control("dataset", "clean", calm) == 0)
      try disturb(seed: 11, ["dataset", "clean", troubled], until: troubled + "_cleaned/report.json")
      #expect(try pictures(troubled + "_cleaned") == pictures(calm + "_cleaned"))
      #expect(try pictures(calm + "_cleaned").count == 3 * Self.size)
      try expectUntouched(troubled)
    }

    @Test("a split that is killed and given up at random ends like one that nobody disturbed")
    func split() throws {
      let (calm, troubled) = (try dataset("calm"), try dataset("troubled"))
      let settings = ["--seed", "3", "--ratios", "6:2:2"]
      #expect(try control(["dataset", "split", calm] + settings) == 0)
      try disturb(
        seed: 12, ["dataset", "split", troubled] + settings, until: troubled + "_split/manifest.json")
      #expect(try pictures(troubled + "_split") == pictures(calm + "_split"))
      // Every picture once, the copies among them.
      let parts = ["train", "val", "test"].map { troubled + "_split/" + $0 }
      let placed = parts.flatMap { part in Self.classes.flatMap { Files.rawNames(in: part + "/" + $0) } }
      #expect(placed.count == 3 * (Self.size + 2), "\(placed.map { String(decoding: $0, as: UTF8.self) }.sorted())")
      try expectUntouched(troubled)
    }

    @Test("a crawl of a folder that is killed and given up at random holds each picture once")
    func crawl() throws {
      let source = try dataset("source")
      let into = work.path + "/collected"
      try disturb(seed: 13, ["dataset", "crawl", source, "--source", "folder", "--into", into], until: nil)
      let collected = try pictures(into).values
      #expect(collected.count == 3 * Self.size)
      #expect(Set(collected).count == collected.count)
      let lines = Files.text(into + "/provenance.jsonl").split(separator: "\n")
      #expect(lines.count == collected.count)
      try expectUntouched(source)
    }

    @Test("where pictures come from goes along into a clean copy and a split")
    func provenance() throws {
      let source = try dataset("source")
      let set = work.path + "/set"
      try Files.makeFolder(set)
      #expect(try control("dataset", "crawl", source, "--source", "folder", "--into", set + "/flowers") == 0)
      #expect(try control("dataset", "clean", set) == 0)
      #expect(try control("dataset", "split", set + "_cleaned") == 0)
      let fetched = Set(try records(set + "/flowers").map(\.url))
      #expect(fetched.count == 3 * Self.size)
      for folders in [["_cleaned/flowers"], ["train", "val", "test"].map { "_cleaned_split/\($0)/flowers" }] {
        var urls: [String] = []
        for folder in folders {
          for record in try records(set + folder) {
            #expect(Files.exists(set + folder + "/" + record.file), "\(folder)/\(record.file)")
            urls.append(record.url)
          }
        }
        #expect(urls.count == fetched.count && Set(urls) == fetched, "\(folders)")
      }
    }

    private struct Record: Decodable {
      var file: String
      var url: String
    }

    private func records(_ folder: String) throws -> [Record] {
      try Files.read(folder + "/provenance.jsonl").split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(Record.self, from: Data($0))
      }
    }

    // MARK: -

    /// Three classes of different pictures, two further copies and a file that is no picture each; names with
    /// spaces, line feeds, Chinese and bytes that are no UTF-8.
    private func dataset(_ name: String) throws -> String {
      let folder = work.path + "/" + name
      try Files.makeFolder(folder)
      for (number, label) in Self.classes.enumerated() {
        let path = folder + "/" + label
        try Files.makeFolder(path)
        for index in 0..<Self.size {
          try Files.write(Picture.patches(1000 * number + index), to: path + "/花 \(index)\n.png")
        }
        try Files.write(Picture.patches(1000 * number), to: path + "/copy.png")
        try Files.write(Array("no picture".utf8), to: path + "/broken.jpg")
        let odd = (path + "/").utf8.map { CChar(bitPattern: $0) } + [-1, -2, 46, 112, 110, 103, 0]
        try #require(link(path + "/花 1\n.png", odd) == 0)
      }
      return folder
    }

    private func expectUntouched(_ folder: String) throws {
      let untouched = try dataset("untouched")
      #expect(Tree(folder).contents == Tree(untouched).contents)
    }

    /// The bytes of every picture below a folder, by its path there.
    private func pictures(_ folder: String) throws -> [String: [UInt8]] {
      let files = Tree(folder).files.filter { $0.key.hasSuffix(".png") || $0.key.hasSuffix(".jpg") }
      return Dictionary(
        uniqueKeysWithValues: files.map { (String($0.key.dropFirst(folder.count)), $0.value.bytes) })
    }

    private func control(_ arguments: String...) throws -> Int32 { try control(arguments) }

    private func control(_ arguments: [String]) throws -> Int32 { try start(arguments).wait(seconds: 120) }

    private func start(_ arguments: [String]) throws -> Program {
      try Program(
        Programs.control, arguments + ["--local"], environment: ["HOME": work.path],
        errors: work.path + "/errors")
    }

    /// Starts the verb again and again, ends it in one of three ways, and lets the last one finish.
    ///
    /// - Parameter end: the file whose presence says that it has finished; such a verb is not begun anew.
    private func disturb(seed: UInt64, _ arguments: [String], until end: String?) throws {
      var random = SeededGenerator(seed: seed)
      var round = 0
      while round < 12, end.map({ !Files.exists($0) }) ?? true {
        let program = try start(arguments)
        // The moment is the point of the test.
        Deadline.pause(milliseconds: .random(in: 0..<(60 + 20 * round), using: &random))
        let children = ["winnow-lab", "winnow-worker"].flatMap { RunningProcess.all(named: $0, below: program.pid) }
        switch round % 3 {
        case 0: program.send(SIGINT)
        case 1: for child in children { child.send(SIGKILL) }
        default:
          program.killGroup()
          for child in children { child.send(SIGKILL) }
        }
        _ = try program.wait(seconds: 60)
        try Deadline(seconds: 20).wait(for: "the end of the lab") { !children.contains(where: \.isRunning) }
        round += 1
      }
      #expect(round > 2, "seed \(seed): hardly anything was disturbed")
      if let end, Files.exists(end) { return }
      let status = try control(arguments)
      #expect(status == 0, "seed \(seed): \(Files.text(work.path + "/errors").suffix(2000))")
    }
  }
}
