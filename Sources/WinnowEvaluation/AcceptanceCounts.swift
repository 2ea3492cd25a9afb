/// Of pictures that a model was not taught: how many a threshold accepts and how many of those are wrong, for each point
/// of a fixed grid. A few kilobytes, however many pictures there were.
public struct AcceptanceCounts: Hashable, Sendable {
  /// Thresholds lie a thousandth apart.
  public static let steps = 1000

  /// Of those that are at least `step / steps` sure, by step.
  public let accepted: [Int]
  public let wrong: [Int]

  public init(_ answers: some Sequence<(probability: Double, isRight: Bool)>) {
    var accepted = [Int](repeating: 0, count: Self.steps + 1)
    var wrong = accepted
    for answer in answers {
      let step = min(Self.steps, max(0, Int(answer.probability * Double(Self.steps))))
      accepted[step] += 1
      if !answer.isRight { wrong[step] += 1 }
    }
    for step in (0..<Self.steps).reversed() {
      accepted[step] += accepted[step + 1]
      wrong[step] += wrong[step + 1]
    }
    self.accepted = accepted
    self.wrong = wrong
  }

  public var count: Int { accepted[0] }
}
