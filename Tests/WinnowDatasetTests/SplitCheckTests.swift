import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore
import WinnowDataset
import WinnowSupervision

@Suite("Checking a split for leaks")
struct SplitCheckTests {
  private static func check(_ ground: Playground, _ name: FilePath) throws -> SplitCheckReport {
    try SplitCheck(
      folder: ground.path.pushing(name), looker: MadeLooks(), cancellation: Cancellation(), report: { _, _ in }
    ).run()
  }

  @Test("finds exact copies, near duplicates and bursts across parts, and none within one")
  func leaks() throws {
    let ground = try Playground()
    try ground.put("s/train/rose/a.jpg", "a")
    try ground.put("s/test/rose/copy.jpg", "a")
    try ground.put("s/valid/rose/one.jpg", "1 shows=bee")
    try ground.put("s/train/rose/two.jpg", "2 shows=bee")
    try ground.put("s/train/rose/shot.jpg", "x camera=C time=10")
    try ground.put("s/test/rose/shot.jpg", "y camera=C time=12.5")
    try ground.put("s/test/rose/later.jpg", "z camera=C time=60")
    try ground.put("s/test/rose/other camera.jpg", "w camera=D time=11")
    try ground.put("s/train/rose/b.jpg", "b")
    try ground.put("s/train/rose/b2.jpg", "b")
    try ground.put("s/test/rose/broken.jpg", "broken")
    let report = try Self.check(ground, "s")
    #expect(
      report.leaks == [
        .init(
          kind: .exactDuplicate, first: "train/rose/a.jpg", second: "test/rose/copy.jpg", parts: ["train", "test"]),
        .init(
          kind: .nearDuplicate, first: "train/rose/two.jpg", second: "valid/rose/one.jpg", parts: ["train", "val"]),
        .init(kind: .burst, first: "train/rose/shot.jpg", second: "test/rose/shot.jpg", parts: ["train", "test"]),
      ])
    #expect(report.leakCount == 3 && report.pictures == 10 && report.parts == ["train": 5, "val": 1, "test": 4])
    #expect(report.unreadable.map(\.file) == ["test/rose/broken.jpg"])
  }

  @Test("finds nothing in what was split here")
  func ours() throws {
    let ground = try Playground()
    for number in 0..<60 {
      try ground.put(FilePath("s/rose/\(number).jpg"), "p\(number) camera=C time=\(number / 3 * 100 + number % 3)")
    }
    _ = try DatasetSplitting(
      settings: SplitSettings(folder: ground.path.appending("s"), ratios: SplitRatios("6:2:2")), looker: MadeLooks(),
      cancellation: Cancellation(), report: { _, _ in }
    ).run()
    let report = try Self.check(ground, "s_split")
    #expect(report.leaks.isEmpty && report.leakCount == 0 && report.pictures == 60)
  }

  @Test("refuses a folder without parts")
  func noParts() throws {
    let ground = try Playground()
    try ground.put("s/rose/a.jpg", "a")
    #expect(#expect(throws: WinnowError.self) { try Self.check(ground, "s") }?.code == .invalidInput)
  }
}
