import Testing
import WinnowBundle
import WinnowImport

@Suite("The promise of int8")
struct Int8TrialTests {
  /// A trial of so many labelled pictures, of which int8 alone lost and won some.
  private static func labelled(_ count: Int, lost: Int, won: Int, right: Int? = nil) -> Int8Trial {
    var trial = Int8Trial()
    let both = right ?? count * 9 / 10
    for index in 0..<count {
      let (full, int8): (Int, Int) =
        switch index {
        case ..<lost: (0, 1)
        case ..<(lost + won): (1, 0)
        case ..<(lost + won + both): (0, 0)
        default: (1, 1)
        }
      trial.add(Int8Trial.Answers(full: full, probability: 0.9, int8: int8, right: [0]))
    }
    return trial
  }

  private static func unlabelled(_ count: Int, sure: Int, sureApart: Int, unsureApart: Int) -> Int8Trial {
    var trial = Int8Trial()
    for index in 0..<count {
      let isSure = index < sure
      let isApart = isSure ? index < sureApart : index < sure + unsureApart
      trial.add(Int8Trial.Answers(full: 3, probability: isSure ? 0.8 : 0.79, int8: isApart ? 4 : 3))
    }
    return trial
  }

  @Test(
    "with labels it bears one net loss in 300 and a bound of 2 points, from 1,000 on 0.3 and 1 point",
    arguments: [
      (300, 0, 0, true), (300, 1, 0, true), (300, 2, 0, false), (300, 2, 1, true), (300, 3, 1, false),
      (599, 1, 0, true), (599, 2, 0, false), (600, 2, 0, true), (999, 3, 0, true), (999, 4, 0, false),
      (1000, 3, 0, true), (1000, 4, 0, false), (1333, 3, 0, true), (1333, 4, 0, false), (1334, 4, 0, true),
      // Equal losses and wins: what the bound bears.
      (300, 6, 6, true), (300, 7, 7, false), (1000, 18, 18, true), (1000, 19, 19, false), (300, 0, 40, true),
    ])
  func labels(count: Int, lost: Int, won: Int, isKept: Bool) {
    let trial = Self.labelled(count, lost: lost, won: won)
    #expect(trial.basis == .labels)
    #expect((trial.complaint == nil) == isKept, "\(trial.complaint ?? "kept"), bound \(trial.dropBound ?? 0)")
    #expect((trial.promise(calibrated: 1, comparedWith: "bf16") != nil) == isKept)
  }

  @Test(
    "without labels it agrees on 99.5% of sure pictures and on 85% of all",
    arguments: [
      (300, 200, 1, 44, true), (300, 200, 2, 0, false), (300, 200, 0, 45, true), (300, 200, 0, 46, false),
      (800, 400, 2, 100, true), (800, 400, 3, 0, false), (800, 199, 1, 0, false), (300, 0, 0, 45, true),
      (300, 0, 0, 46, false),
    ])
  func agreement(count: Int, sure: Int, sureApart: Int, unsureApart: Int, isKept: Bool) {
    let trial = Self.unlabelled(count, sure: sure, sureApart: sureApart, unsureApart: unsureApart)
    #expect(trial.basis == .agreement)
    #expect((trial.complaint == nil) == isKept, "\(trial.complaint ?? "kept")")
  }

  @Test("fewer than 300 pictures prove nothing, however well they go")
  func few() {
    #expect(Int8Trial().complaint?.contains("0 pictures") == true)
    #expect(Self.labelled(299, lost: 0, won: 0).complaint?.contains("299 pictures") == true)
    #expect(Self.labelled(299, lost: 0, won: 0).promise(calibrated: 9, comparedWith: "bf16") == nil)
  }

  @Test("too few labels among many pictures: agreement judges")
  func fewLabels() {
    var trial = Self.labelled(299, lost: 9, won: 0)
    for _ in 0..<1600 { trial.add(Int8Trial.Answers(full: 1, probability: 0.5, int8: 1)) }
    #expect(trial.basis == .agreement)
    // 9 of 299 sure pictures are apart.
    #expect(trial.complaint?.contains("9 of 299") == true)
  }

  @Test("a label that stands for two classes is right either way")
  func twoClasses() {
    var trial = Int8Trial()
    trial.add(Int8Trial.Answers(full: 134, probability: 0.4, int8: 517, right: [134, 517]))
    #expect(trial.fullRight == 1 && trial.int8Right == 1 && trial.lost == 0 && trial.agreeing == 0)
  }

  @Test("figures are shares of the pictures")
  func figures() throws {
    let trial = Self.labelled(400, lost: 6, won: 5, right: 360)
    #expect(trial.fullRight == 366 && trial.int8Right == 365)
    #expect(trial.netDrop == 1.0 / 400)
    #expect(trial.agreement == 389.0 / 400 && trial.sureAgreement == 389.0 / 400)
    // (6.5 - 5.5) / 402 + 1.6449 × √(12 - 1/402) / 402.
    #expect(abs(try #require(trial.dropBound) - 0.016_661) < 1e-5)
    #expect(Int8Trial().netDrop == nil && Int8Trial().dropBound == nil && Int8Trial().sureAgreement == nil)
  }

  @Test("a kept promise says how it was kept")
  func promise() throws {
    let labels = try #require(Self.labelled(400, lost: 1, won: 0).promise(calibrated: 100, comparedWith: "bf16"))
    #expect(labels.basis == .labels && labels.judged == 400 && labels.calibrated == 100)
    #expect(labels.sentence.hasPrefix("0.3 points lost to bf16 on 400 labelled pictures, at most "))
    let agreement = try #require(
      Self.unlabelled(300, sure: 100, sureApart: 0, unsureApart: 30).promise(calibrated: 60, comparedWith: "fp32"))
    #expect(agreement.sentence == "the same class as fp32 for 90.0% of 300 pictures, 100.0% where that is sure")
    #expect(agreement.drop == nil)
  }
}
