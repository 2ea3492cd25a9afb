import SystemPackage
import Testing
import WinnowCore

@Suite("Class tree")
struct ClassTreeTests {
  private func top(_ scores: [(String, Double)]) -> [ClassScore] {
    scores.enumerated().map { ClassScore(index: $0.offset, label: $0.element.0, probability: $0.element.1) }
  }

  @Test(
    "the deepest node above the threshold is taken, and of one depth the likeliest",
    arguments: [
      ([("animal/cat", 0.5), ("animal/dog", 0.45), ("plant/rose", 0.05)], 0.9, "animal"),
      ([("animal/cat/tabby", 0.5), ("animal/cat/siamese", 0.4), ("animal/dog", 0.1)], 0.8, "animal/cat"),
      ([("animal/cat/tabby", 0.5), ("animal/cat/siamese", 0.3), ("animal/dog", 0.2)], 0.9, "animal"),
      ([("animal/cat", 0.4), ("animal/dog", 0.3), ("plant/rose", 0.3)], 0.3, "animal"),
      ([("animal/cat", 0.4), ("plant/rose", 0.3), ("plant/tulip", 0.3)], 0.9, nil),
      ([("cat", 0.5), ("dog", 0.5)], 0.2, nil), ([], 0.1, nil),
    ] as [([(String, Double)], Double, String?)])
  func deepestNode(scores: [(String, Double)], threshold: Double, expected: String?) {
    #expect(ClassTree.deepestNode(of: top(scores), threshold)?.label == expected)
  }

  @Test(
    "a picture whose class is not sure enough goes to the node that is, but not where a share of errors is promised")
  func policy() throws {
    var policy = RoutingPolicy(threshold: 0.8, template: try DestinationTemplate("{class}"))
    let facts = DestinationTemplate.Facts(
      inbox: "camera", subfolder: "", camera: nil, taken: Timestamp(nanoseconds: 0))
    let digest = try #require(ContentDigest(bytes: [UInt8](repeating: 7, count: 32)))
    let picture = PictureFacts(
      digest: digest, byteCount: 1, format: "png", width: 1, height: 1, perceptualHash: 0, captureTime: nil,
      camera: nil)
    let prediction = Prediction(
      model: ModelVersion(name: "zoo", version: 1), top: top([("animal/cat", 0.6), ("animal/dog", 0.3)]),
      picture: picture)
    #expect(
      policy.decide(prediction, facts: facts)
        == .move(area: .output, folder: "animal", outcome: .sorted, reason: "animal 90.0%, of which animal/cat 60.0%"))
    policy.backsOff = false
    guard case .move(let area, _, let outcome, _) = policy.decide(prediction, facts: facts) else { return }
    #expect(area == .review && outcome == .review)
  }
}
