import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore
import WinnowSupervision

@testable import WinnowDataset

@Suite("Splitting a data set")
struct DatasetSplittingTests {
  /// A data set of roses and tulips with copies, near duplicates, a burst, and files that are no pictures.
  private static func garden(_ ground: Playground, _ count: Int = 30) throws {
    for number in 0..<count {
      try ground.put(FilePath("set/rose/\(number).jpg"), "rose-\(number)")
      try ground.put(FilePath("set/tulip/\(number).jpg"), "tulip-\(number)")
    }
    try ground.put("set/rose/copy of 3.jpg", "rose-3")
    try ground.put("set/rose/small.jpg", "small shows=bee")
    try ground.put("set/rose/large.jpg", "large shows=bee")
    for shot in 0..<4 {
      try ground.put(FilePath("set/tulip/shot\(shot).jpg"), "s\(shot) camera=C time=\(100 + 2 * shot)")
    }
    try ground.put("set/rose/broken.jpg", "broken")
    try ground.put("set/readme.jpg", "loose")
  }

  private static func split(
    _ ground: Playground, ratios: String = "6:2:2", seed: UInt64 = 1, placing: SplitPlacing = .copy,
    looks: MadeLooks = MadeLooks(), cancellation: Cancellation = Cancellation(),
    report: @escaping (Double, String) -> Void = { _, _ in }
  ) throws -> SplitReport {
    try DatasetSplitting(
      settings: SplitSettings(
        folder: ground.path.appending("set"), ratios: SplitRatios(ratios), seed: seed, placing: placing),
      looker: looks, cancellation: cancellation, report: report
    ).run()
  }

  /// The manifest as anybody's program reads it.
  private static func manifest(_ ground: Playground) throws -> [String: Any] {
    let text = try #require(ground.text("set_split/manifest.json"))
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private static func files(_ ground: Playground) throws -> [String: [String: Any]] {
    let files = try #require(try manifest(ground)["files"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: files.compactMap { file in (file["file"] as? String).map { ($0, file) } })
  }

  @Test("places every picture once, whole, and says in the manifest where, with what, and why", arguments: 1...3)
  func complete(seed: UInt64) throws {
    let ground = try Playground()
    try Self.garden(ground)
    let report = try Self.split(ground, seed: seed)
    let files = try Self.files(ground)
    #expect(files.count == 67 && report.pictures == 67)
    let placed = try DatasetFolder(opening: ground.path.appending("set_split"))
    #expect(placed.layout == .parts && placed.files.count == 67)
    for (name, file) in files {
      let part = try #require(file["part"] as? String)
      #expect(file["to"] as? String == "\(part)/\(name)")
      #expect(ground.text(FilePath("set_split/\(part)/\(name)")) == ground.text(FilePath("set/\(name)")))
      #expect(file["class"] as? String == name.split(separator: "/").first.map(String.init))
    }
    #expect(files["rose/copy of 3.jpg"]?["why"] as? String == "exact_duplicate")
    #expect(files["rose/small.jpg"]?["why"] as? String == "near_duplicate")
    #expect(files["tulip/shot1.jpg"]?["why"] as? String == "burst")
    #expect(files["tulip/5.jpg"]?["why"] as? String == "alone")
    for group in [["rose/3.jpg", "rose/copy of 3.jpg"], ["rose/small.jpg", "rose/large.jpg"]]
      + [(0..<4).map { "tulip/shot\($0).jpg" }]
    {
      #expect(Set(group.map { files[$0]?["part"] as? String ?? $0 }).count == 1)
      #expect(Set(group.map { files[$0]?["group"] as? Int ?? -1 }).count == 1)
    }
    let left = try #require(try Self.manifest(ground)["left_out_files"] as? [[String: Any]])
    #expect(left.compactMap { $0["file"] as? String } == ["rose/broken.jpg", "readme.jpg"])
    #expect(left.compactMap { $0["reason"] as? String } == ["truncated", "no_class"])
    #expect(report.leftOut == 2)
    for counts in report.classes {
      let total = counts.parts.values.reduce(0, +)
      for (part, share) in [("train", 0.6), ("val", 0.2), ("test", 0.2)] {
        #expect(abs(Double(counts.parts[part] ?? 0) - share * Double(total)) <= 2)
      }
    }
  }

  @Test("gives the same parts for the same seed, and others for another")
  func reproducible() throws {
    func parts(_ seed: UInt64) throws -> [String: String] {
      let ground = try Playground()
      try Self.garden(ground)
      _ = try Self.split(ground, seed: seed)
      return try Self.files(ground).mapValues { $0["part"] as? String ?? "" }
    }
    #expect(try parts(5) == parts(5))
    #expect(try parts(5) != parts(6))
  }

  @Test("refuses an output that is there, whatever it holds, and leaves it alone")
  func taken() throws {
    for name in ["keep.txt", "train/rose/a.jpg", "manifest.json"] as [FilePath] {
      let ground = try Playground()
      try Self.garden(ground)
      try ground.put(FilePath("set_split").pushing(name), "mine")
      let error = #expect(throws: WinnowError.self) { try Self.split(ground) }
      #expect(error?.code == .alreadyExists && error?.remedy != nil)
      #expect(ground.text(FilePath("set_split").pushing(name)) == "mine")
    }
    let ground = try Playground()
    try Self.garden(ground)
    _ = try Self.split(ground)
    #expect(throws: WinnowError.self) { try Self.split(ground) }
  }

  @Test("an output that is a link or a file is refused")
  func linkedOutput() throws {
    for target in ["elsewhere", "nowhere"] as [FilePath] {
      let ground = try Playground()
      try Self.garden(ground)
      try ground.makeFolder("elsewhere")
      try ground.link("set_split", to: target)
      #expect(#expect(throws: WinnowError.self) { try Self.split(ground) }?.code == .alreadyExists)
      #expect(try FileManager.default.contentsOfDirectory(atPath: ground.path.appending("elsewhere").string).isEmpty)
    }
    let ground = try Playground()
    try Self.garden(ground)
    try ground.put("set_split", "mine")
    #expect(#expect(throws: WinnowError.self) { try Self.split(ground) }?.code == .alreadyExists)
    #expect(ground.text("set_split") == "mine")
  }

  @Test("stopped while it places files, it goes on by its plan and looks at nothing again")
  func resumed() throws {
    let ground = try Playground()
    try Self.garden(ground)
    let reference = try Playground()
    try Self.garden(reference)
    _ = try Self.split(reference)
    var stops = 0
    for stop in [1, 20, 40, 66] {
      let cancellation = Cancellation()
      #expect(throws: WinnowError.self) {
        try Self.split(ground, cancellation: cancellation) { _, text in
          if text.hasPrefix("placed \(stop) ") { cancellation.request() }
        }
      }
      stops += 1
      #expect(ground.text("set_split/manifest.json") == nil && ground.text("set_split/.winnow-split.json") != nil)
    }
    // Another seed is another split.
    #expect(throws: WinnowError.self) { try Self.split(ground, seed: 2) }
    let looks = MadeLooks()
    _ = try Self.split(ground, looks: looks)
    #expect(looks.lookedAt == 0 && stops == 4)
    let parts = try Self.files(ground).mapValues { $0["part"] as? String ?? "" }
    #expect(try parts == Self.files(reference).mapValues { $0["part"] as? String ?? "" })
    #expect(ground.text("set_split/.winnow-split.json") == nil)
    #expect(try DatasetFolder(opening: ground.path.appending("set_split")).files.count == 67)
    #expect(try hidden(in: ground.path.appending("set_split").string) == [])
  }

  private func hidden(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.contains(".winnow") }
  }

  @Test("stopped while it looks, it leaves nothing behind")
  func stoppedEarly() throws {
    let ground = try Playground()
    try Self.garden(ground)
    let cancellation = Cancellation()
    let looks = MadeLooks()
    looks.before = { index in if index == 10 { cancellation.request() } }
    let error = #expect(throws: WinnowError.self) {
      try Self.split(ground, looks: looks, cancellation: cancellation)
    }
    #expect(error?.code == .jobCancelled)
    #expect(!FileManager.default.fileExists(atPath: ground.path.appending("set_split").string))
  }

  @Test("links share the file, copies do not, and both are the same otherwise", arguments: [SplitPlacing.copy, .link])
  func placing(placing: SplitPlacing) throws {
    let ground = try Playground()
    try Self.garden(ground)
    #expect(try Self.split(ground, placing: placing).placing == placing.rawValue)
    let to = try #require(try Self.files(ground)["rose/1.jpg"]?["to"] as? String)
    var (source, target) = (stat(), stat())
    #expect(stat(ground.path.appending("set/rose/1.jpg").string, &source) == 0)
    #expect(stat(ground.path.appending("set_split/\(to)").string, &target) == 0)
    #expect((source.st_ino == target.st_ino) == (placing == .link))
    #expect(source.st_mtim.tv_sec == target.st_mtim.tv_sec && source.st_mode == target.st_mode)
  }

  @Test("keeps names as bytes, in folders as in the manifest")
  func bytes() throws {
    let ground = try Playground()
    let names =
      ["a b.jpg", "line\nbreak.jpg", "向日葵.jpg", "<b>&\".jpg"].map { FilePath($0) }
      + [FilePath(bytes: [0x80, 0x2E, 0x6A])]
    for (number, name) in names.enumerated() {
      for label in [FilePath("向 日"), FilePath(bytes: [0xFF])] {
        try ground.put(FilePath("set").pushing(label).pushing(name), "\(label.escaped)\(number)")
      }
    }
    _ = try Self.split(ground)
    let files = try #require(try Self.manifest(ground)["files"] as? [[String: Any]])
    #expect(files.count == 10)
    for file in files {
      let path = FilePath(
        bytes: try (file["to_base64"] as? String).map { try Array(#require(Data(base64Encoded: $0))) }
          ?? Array(#require(file["to"] as? String).utf8))
      #expect(ground.text(FilePath("set_split").pushing(path)) != nil, "\(path.escaped)")
    }
  }

  @Test("warns of a class that cannot be in every part, and of a picture in two classes")
  func warnings() throws {
    let ground = try Playground()
    for number in 0..<10 { try ground.put(FilePath("set/rose/\(number).jpg"), "r\(number)") }
    try ground.put("set/tulip/1.jpg", "t")
    try ground.put("set/tulip/2.jpg", "r0")
    let report = try Self.split(ground)
    #expect(report.warnings.contains { $0.hasPrefix("class tulip is not in ") })
    #expect(report.warnings.contains("rose/0.jpg and tulip/2.jpg are the same picture in two classes"))
    let files = try Self.files(ground)
    #expect(files["rose/0.jpg"]?["part"] as? String == files["tulip/2.jpg"]?["part"] as? String)
  }

  @Test("a folder of one class gets its own name as the class")
  func oneClass() throws {
    let ground = try Playground()
    for number in 0..<10 { try ground.put(FilePath("set/\(number).jpg"), "r\(number)") }
    let report = try Self.split(ground)
    #expect(report.classes.map(\.label) == ["set"])
    #expect(
      try DatasetFolder(opening: ground.path.appending("set_split")).files.allSatisfy { $0.label == Array("set".utf8) })
  }

  @Test("a folder without pictures, and one that is split already, are refused with what to do")
  func refused() throws {
    let empty = try Playground()
    try empty.put("set/rose/a.jpg", "broken")
    #expect(#expect(throws: WinnowError.self) { try Self.split(empty) }?.code == .notFound)
    let split = try Playground()
    try split.put("set/train/rose/a.jpg", "a")
    try split.put("set/test/rose/b.jpg", "b")
    #expect(#expect(throws: WinnowError.self) { try Self.split(split) }?.remedy?.contains("--check") == true)
  }

  @Test("a file that vanishes after the plan is left out and named")
  func vanished() throws {
    let ground = try Playground()
    try Self.garden(ground)
    let report = try Self.split(ground) { _, text in
      if text.hasPrefix("placed 1 ") { ground.remove("set/tulip/7.jpg") }
    }
    #expect(report.pictures == 66 && report.leftOut == 3)
    #expect(try Self.files(ground)["tulip/7.jpg"] == nil)
    let left = try #require(try Self.manifest(ground)["left_out_files"] as? [[String: Any]])
    #expect(left.contains { $0["file"] as? String == "tulip/7.jpg" && $0["reason"] as? String == "not_placed" })
  }
}
