import Testing

@testable import WinnowTraining

@Suite("The epoch that comes out")
struct EpochChoiceTests {
  /// Losses of so many pictures around a mean, the same noise each time but for a turn.
  private static func losses(_ mean: Double, turned: Int = 0, count: Int = 68) -> [Double] {
    (0..<count).map { mean + Double((($0 + turned) * 7919) % 17) / 17 - 0.5 }
  }

  private static func choice(_ epochs: [[Double]]) -> EpochChoice {
    var choice = EpochChoice()
    for (epoch, losses) in epochs.enumerated() { _ = choice.take(losses, of: epoch) }
    return choice
  }

  @Test("is the latest of those that are as good as the best")
  func latest() {
    let choice = Self.choice([
      Self.losses(1), Self.losses(0.4), Self.losses(0.41, turned: 3), Self.losses(0.42, turned: 5),
    ])
    #expect(choice.kept == 3 && choice.lowest == 1)
  }

  @Test("is no later one that is worse beyond chance, however slowly it became so")
  func drift() {
    let choice = Self.choice((0..<20).map { Self.losses(0.4 + 0.03 * Double($0), turned: $0) })
    #expect(choice.lowest == 0 && (1...8).contains(choice.kept ?? -1))
  }

  @Test("is the better one where other pictures judge than before")
  func otherPictures() {
    var choice = EpochChoice()
    let taken = [
      choice.take(Self.losses(0.5), of: 0), choice.take(Self.losses(0.6, count: 51), of: 1),
      choice.take(Self.losses(0.4, count: 51), of: 2),
    ]
    #expect(taken == [true, false, true])
    #expect(choice.kept == 2 && choice.lowest == 2)
  }
}
