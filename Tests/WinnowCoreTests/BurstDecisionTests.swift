import SystemPackage
import Testing
import WinnowCore

@Suite("what is decided about a burst")
struct BurstDecisionTests {
  /// Probabilities by class index; the labels are a, b, c ….
  private func prediction(_ shares: [Double], familiarity: Double? = nil) throws -> Prediction {
    let labels = Array("abcdefghijklmnop").map { String($0) }
    let scores = shares.enumerated().map { ClassScore(index: $0, label: labels[$0], probability: $1) }
    return Prediction(
      model: ModelVersion(name: "flowers", version: 1), top: scores.sorted { $0.probability > $1.probability },
      picture: PictureFacts(
        digest: try #require(ContentDigest(bytes: Array(repeating: 7, count: 32))), byteCount: 1, format: "jpeg",
        width: 1, height: 1, perceptualHash: 0),
      familiarity: familiarity)
  }

  private func decide(_ burst: [[Double]], threshold: Double = 0.8) throws -> [Decision] {
    let policy = RoutingPolicy(threshold: threshold, template: try DestinationTemplate("{class}"))
    let facts = DestinationTemplate.Facts(
      inbox: "camera", subfolder: FilePath(), camera: nil, taken: Timestamp(seconds: 0), name: Array("x.jpg".utf8))
    return Prediction.mean(of: try burst.map { try prediction($0) }).map {
      policy.decide($0, others: burst.count - 1, facts: facts)
    }
  }

  @Test(
    "all get the class that is best on average, or none",
    arguments: [
      ([[0.9, 0.1]], "a 90.0%", true),
      ([[0.9, 0.1], [0.9, 0.1]], "a 90.0%, decided with 1 other of a burst", true),
      // One that alone would have gone to review, and one that alone would have been another class.
      ([[0.98, 0.02], [0.99, 0.01], [0.46, 0.54]], "a 81.0%, decided with 2 others of a burst", true),
      // Of different minds, all go to review.
      (
        [[1, 0], [0, 1]], "a 50.0%, then b 50.0%: below the threshold of 80.0%, decided with 1 other of a burst", false
      ),
    ] as [([[Double]], String, Bool)])
  func means(burst: [[Double]], reason: String, isSorted: Bool) throws {
    for decision in try decide(burst) {
      #expect(
        decision
          == .move(
            area: isSorted ? .output : .review, folder: isSorted ? "a" : FilePath(),
            outcome: isSorted ? .sorted : .review, reason: reason))
    }
  }

  @Test("a class that is not among a picture's best counts as nothing there, and ten are kept")
  func missing() throws {
    let first = try prediction([0.5, 0.3] + Array(repeating: 0.025, count: 8))
    let other = Prediction(
      model: first.model, top: [ClassScore(index: 12, label: "m", probability: 1)], picture: first.picture)
    let mean = Prediction.mean(of: [first, other])
    #expect(mean.count == 2 && mean[0].top == mean[1].top)
    #expect(mean[0].top.prefix(3).map(\.label) == ["m", "a", "b"])
    #expect(mean[0].top.prefix(3).map(\.probability) == [0.5, 0.25, 0.15])
    #expect(mean[0].top.count == 10)
  }

  @Test("how familiar a burst is is the mean too, where it is known of all")
  func familiarity() throws {
    let known = try [0.2, 0.4].map { try prediction([1], familiarity: $0) }
    #expect(abs((Prediction.mean(of: known)[0].familiarity ?? 9) - 0.3) < 1e-9)
    #expect(Prediction.mean(of: known + [try prediction([1])])[0].familiarity == nil)
  }

  @Test("each keeps what is its own")
  func facts() throws {
    var second = try prediction([1])
    second = Prediction(
      model: second.model, top: second.top,
      picture: PictureFacts(
        digest: second.picture.digest, byteCount: 2, format: "raw", width: 3, height: 4, perceptualHash: 5))
    #expect(Prediction.mean(of: [try prediction([1]), second]).map(\.picture.byteCount) == [1, 2])
  }
}
