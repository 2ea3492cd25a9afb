/// Which epoch's weights come out: the latest one that is not worse in validation than the best, beyond what chance does.
///
/// The best one alone would be a matter of luck where few pictures judge, and the last epochs, with their small steps,
/// are the better ones of equals. Pure.
struct EpochChoice: Codable, Hashable {
  /// From 0.
  private(set) var kept: Int?
  /// The epoch with the smallest mean loss, and its loss on each picture.
  private(set) var lowest: Int?
  private var lowestLosses: [Double] = []

  /// Takes the losses of the next epoch on the pictures that judge.
  ///
  /// - Returns: whether its weights are to be kept in place of those that were.
  mutating func take(_ losses: [Double], of epoch: Int) -> Bool {
    let mean = Self.mean(losses)
    let lowestMean = Self.mean(lowestLosses)
    guard lowest != nil, losses.count == lowestLosses.count, !losses.isEmpty else {
      // The first one, or other pictures than before: only what is better counts.
      guard lowest == nil || mean < lowestMean else { return false }
      (kept, lowest, lowestLosses) = (epoch, epoch, losses)
      return true
    }
    let differences = zip(losses, lowestLosses).map { $0 - $1 }
    let difference = mean - lowestMean
    let squares = differences.reduce(0) { $0 + ($1 - difference) * ($1 - difference) }
    let count = Double(losses.count)
    let standardError = (squares / max(1, count - 1) / count).squareRoot()
    if difference < 0 { (lowest, lowestLosses) = (epoch, losses) }
    guard difference <= Self.beyondChance * standardError else { return false }
    kept = epoch
    return true
  }

  /// Standard errors; of epochs that are as good, one in forty is that much worse.
  private static let beyondChance = 2.0

  private static func mean(_ losses: [Double]) -> Double {
    losses.isEmpty ? 0 : losses.reduce(0, +) / Double(losses.count)
  }
}
