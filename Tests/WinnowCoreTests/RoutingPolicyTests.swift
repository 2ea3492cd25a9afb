import SystemPackage
import Testing
import WinnowCore

@Suite("From a prediction to a decision")
struct RoutingPolicyTests {
  private static let facts = DestinationTemplate.Facts(
    inbox: "camera", subfolder: "day", camera: nil, taken: Timestamp(seconds: 0))

  private static func policy(_ threshold: Double, none: Bool = false) throws -> RoutingPolicy {
    RoutingPolicy(threshold: threshold, template: try DestinationTemplate("{class}"), hasNoneFolder: none)
  }

  private static func prediction(_ scores: (String, Double)...) throws -> Prediction {
    let digest = try #require(ContentDigest(bytes: Array(repeating: 0, count: 32)))
    return Prediction(
      model: ModelVersion(name: "flowers", version: 1),
      top: scores.enumerated().map { ClassScore(index: $0, label: $1.0, probability: $1.1) },
      picture: PictureFacts(digest: digest, byteCount: 1, format: "jpeg", width: 1, height: 1, perceptualHash: 0))
  }

  @Test("at or above the threshold it goes to its class", arguments: [0.6, 0.61, 1.0])
  func sure(share: Double) throws {
    let decision = try Self.policy(0.6).decide(Self.prediction(("rose", share), ("tulip", 0)), facts: Self.facts)
    guard case .move(area: .output, folder: "rose", outcome: .sorted, let reason) = decision else {
      Issue.record("\(decision)")
      return
    }
    #expect(reason.contains("rose") && reason.contains("%"))
  }

  @Test("a sure answer about what looks unlike anything taught goes to review, or to the folder for that")
  func unfamiliar() throws {
    let digest = try #require(ContentDigest(bytes: Array(repeating: 0, count: 32)))
    func decide(_ familiarity: Double?, threshold: Double = 0.6, none: Bool = false) throws -> Decision {
      var policy = try Self.policy(threshold, none: none)
      policy.leastFamiliarity = 0.5
      return policy.decide(
        Prediction(
          model: ModelVersion(name: "flowers", version: 1),
          top: [ClassScore(index: 0, label: "rose", probability: 0.99)],
          picture: PictureFacts(digest: digest, byteCount: 1, format: "jpeg", width: 1, height: 1, perceptualHash: 0),
          familiarity: familiarity), facts: Self.facts)
    }
    guard case .move(area: .review, _, outcome: .review, let reason) = try decide(0.49) else {
      Issue.record("sorted")
      return
    }
    #expect(reason == "rose 99.0%, but it looks unlike anything that flowers@1 was taught")
    guard case .move(area: .none, _, outcome: .review, _) = try decide(0.49, none: true) else {
      Issue.record("not in its folder")
      return
    }
    for sorted in [try decide(0.5), try decide(nil), try decide(0.1, threshold: 0)] {
      guard case .move(area: .output, folder: "rose", outcome: .sorted, _) = sorted else {
        Issue.record("\(sorted)")
        return
      }
    }
  }

  @Test("what is familiar is told by the pictures that a model was not taught, and by none where there are few")
  func familiarity() throws {
    let own = (0..<100).map { Double($0) / 100 }.shuffled()
    #expect(Familiarity(of: own) == Familiarity(cut: 0.02))
    #expect(Familiarity(of: Array(own.prefix(49))) == nil)
  }

  @Test("below it, it goes to review, with both candidates and the threshold", arguments: [0.0, 0.3, 0.5999])
  func unsure(share: Double) throws {
    let decision = try Self.policy(0.6).decide(Self.prediction(("rose", share), ("tulip", 0.2)), facts: Self.facts)
    guard case .move(area: .review, folder: "", outcome: .review, let reason) = decision else {
      Issue.record("\(decision)")
      return
    }
    #expect(reason.contains("rose") && reason.contains("tulip") && reason.contains("60.0%"))
  }

  @Test("none never gets a class folder", arguments: [false, true])
  func none(hasFolder: Bool) throws {
    let decision = try Self.policy(0, none: hasFolder).decide(Self.prediction(("none", 0.99)), facts: Self.facts)
    guard case .move(let area, folder: "", outcome: .review, _) = decision else {
      Issue.record("\(decision)")
      return
    }
    #expect(area == (hasFolder ? .none : .review))
  }

  @Test("no answer is for a person")
  func nothing() throws {
    let decision = try Self.policy(0).decide(Self.prediction(), facts: Self.facts)
    guard case .move(area: .review, _, outcome: .review, _) = decision else {
      Issue.record("\(decision)")
      return
    }
  }

  @Test("what a number that is none means", arguments: [Double.nan, -.infinity])
  func notANumber(share: Double) throws {
    let decision = try Self.policy(0.5).decide(Self.prediction(("rose", share)), facts: Self.facts)
    guard case .move(area: .review, _, _, _) = decision else {
      Issue.record("\(decision)")
      return
    }
  }

  @Test(
    "refusals: no picture is left, a broken one is quarantined, one that cannot be read is tried again",
    arguments: Refusal.Kind.allCases)
  func refusals(kind: Refusal.Kind) throws {
    let decision = try Self.policy(0.5).decide(Refusal(kind, "the detail"))
    switch kind {
    case .unreadable: #expect(decision == .retry(reason: "cannot be read: the detail"))
    case .notAPicture, .unsupportedFormat:
      guard case .leave(let reason) = decision else {
        Issue.record("\(decision)")
        return
      }
      #expect(reason.contains("the detail"))
    case .truncated, .corrupt, .tooLarge, .timedOut, .outOfMemory, .poison:
      guard case .move(area: .quarantine, folder: "", outcome: .quarantined, let reason) = decision else {
        Issue.record("\(decision)")
        return
      }
      #expect(reason.contains("the detail"))
    }
  }
}
