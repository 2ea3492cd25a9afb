import Testing
import WinnowCore
import WinnowDataset

@testable import WinnowTraining

@Suite("The plan of a training")
struct TrainingPlanTests {
  private static func digest(_ number: Int) -> DatasetSurvey.Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    // Spread, as hashes are.
    var random = SeededGenerator(seed: UInt64(number))
    for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &random) }
    return DatasetSurvey.Digest(ContentDigest(bytes: bytes)!)
  }

  /// Pictures of several classes by turns, each for itself.
  private static func pictures(_ count: Int, classes: Int = 2) -> [TrainingPlan.Picture] {
    (0..<count).map { index in
      TrainingPlan.Picture(
        label: index % classes, digest: digest(index), group: index, part: nil, key: Array("\(index)".utf8))
    }
  }

  private static func plan(
    _ pictures: [TrainingPlan.Picture], frozen: FrozenTest = FrozenTest(), testShare: Double = 0.15, seed: UInt64 = 0,
    labels: [String] = ["cat", "dog", "owl"]
  ) throws(WinnowError) -> TrainingPlan {
    let classes = (pictures.map(\.label).max() ?? 0) + 1
    return try TrainingPlan(
      pictures, labels: Array(labels[..<classes]), frozen: frozen, testShare: testShare, foldCount: 5, seed: seed)
  }

  @Test("keeps the share back for the test, of each class, and deals the rest into even folds")
  func shares() throws {
    let pictures = Self.pictures(200)
    let plan = try Self.plan(pictures)
    #expect(plan.testing.count == 30 && plan.testing.filter { pictures[$0].label == 0 }.count == 15)
    var folds: [Int: Int] = [:]
    for index in plan.teaching { if case .teaches(let fold) = plan.roles[index] { folds[fold, default: 0] += 1 } }
    #expect(folds.count == 5 && folds.values.allSatisfy { $0 == 34 })
    #expect(try Self.plan(pictures).roles == plan.roles)
    #expect(try Self.plan(pictures, seed: 1).roles != plan.roles)
    #expect(try Self.plan(pictures, testShare: 0).testing.isEmpty)
  }

  @Test("lets a tenth of what teaches a head judge a fine-tuning: half of a fold, of each class")
  func validating() throws {
    let pictures = Self.pictures(200)
    let plan = try Self.plan(pictures)
    #expect((16...18).contains(plan.validating.count) && plan.validating.isSubset(of: plan.teaching))
    #expect(plan.validating.allSatisfy { plan.roles[$0] == .teaches(fold: 0) })
    #expect((8...9).contains(plan.validating.count { pictures[$0].label == 0 }))
  }

  @Test("never parts pictures that belong together")
  func groups() throws {
    var pictures = Self.pictures(200)
    // Pairs of the same class.
    for index in pictures.indices { pictures[index].group = index % 2 + index / 4 * 4 }
    let plan = try Self.plan(pictures)
    for group in Set(pictures.map(\.group)) {
      let roles = Set(pictures.indices.filter { pictures[$0].group == group }.map { plan.roles[$0] })
      #expect(roles.count == 1)
    }
  }

  @Test("tests on the frozen pictures alone, and teaches nothing that belongs together with one")
  func frozen() throws {
    var pictures = Self.pictures(100)
    var frozen = FrozenTest()
    for index in [3, 10, 17] { frozen.add(pictures[index].digest, of: ["cat", "dog"][pictures[index].label]) }
    pictures[11].group = 10
    let plan = try Self.plan(pictures, frozen: frozen)
    #expect(plan.testing == [3, 10, 17] && plan.roles[11] == .leftOut(.nearTest))
    #expect(plan.teaching.count == 96)
  }

  @Test("gives a class that was never tested a share of its own")
  func newClass() throws {
    let pictures = Self.pictures(300, classes: 3)
    var frozen = FrozenTest()
    for index in [0, 1, 3, 4] { frozen.add(pictures[index].digest, of: ["cat", "dog"][pictures[index].label]) }
    let plan = try Self.plan(pictures, frozen: frozen)
    let owls = plan.testing.filter { pictures[$0].label == 2 }
    #expect(owls.count == 15 && Set(plan.testing).subtracting(owls) == [0, 1, 3, 4])
  }

  @Test("keeps the test that a data set brings, and takes one of two copies")
  func parts() throws {
    var pictures = Self.pictures(40)
    for index in 0..<10 { pictures[index].part = .test }
    for index in 10..<40 { pictures[index].part = .train }
    // A copy of a test picture among what teaches, before and after it.
    pictures[12].digest = pictures[2].digest
    pictures[12].group = 2
    let plan = try Self.plan(pictures)
    #expect(plan.testing == Array(0..<10) && plan.roles[12] == .leftOut(.copy))
  }

  @Test("leaves out pictures that two classes claim, and files in no class")
  func conflicts() throws {
    var pictures = Self.pictures(40)
    pictures[1].digest = pictures[0].digest
    pictures[4].label = -1
    let plan = try Self.plan(pictures)
    #expect(plan.roles[0] == .leftOut(.twoClasses) && plan.roles[1] == .leftOut(.twoClasses))
    #expect(plan.roles[4] == .leftOut(.noClass) && plan.count(of: .twoClasses) == 2)
  }

  @Test("holds five in a hundred of what people said out, always the same ones, and tests on them apart")
  func recent() throws {
    var pictures = Self.pictures(2000)
    for index in 1000..<2000 { pictures[index].isSorted = true }
    let plan = try Self.plan(pictures)
    #expect((25...80).contains(plan.testingRecent.count))
    #expect(
      plan.testingRecent.allSatisfy { pictures[$0].isSorted } && plan.testing.allSatisfy { !pictures[$0].isSorted })
    #expect(plan.testing.count == 150)
    #expect(try Self.plan(pictures, seed: 9).testingRecent == plan.testingRecent)
    #expect(try Self.plan(pictures, testShare: 0).testingRecent.isEmpty)
  }

  @Test("refuses a class that is one picture, however often it is there, and names it")
  func tooFew() {
    var pictures = Self.pictures(20)
    for index in pictures.indices where pictures[index].label == 1 { pictures[index].group = 1 }
    #expect {
      try Self.plan(pictures)
    } throws: {
      guard let error = $0 as? WinnowError else { return false }
      return error.code.rawValue == "too_few_pictures" && error.message.contains("\"dog\"") && error.remedy != nil
    }
  }

  @Test("tests nothing of a class whose few pictures are all needed")
  func smallClass() throws {
    let pictures = Self.pictures(60).filter { $0.label == 0 || $0.group < 6 }
    let plan = try Self.plan(pictures, testShare: 0.3)
    #expect(!plan.testing.contains { pictures[$0].label == 1 })
    #expect(plan.warnings.contains { $0.contains("dog") })
  }
}
