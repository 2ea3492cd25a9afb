import WinnowEvaluation

/// Whether a fine-tuned network comes out, or the head that it began with: by the loss of the pictures that judge both.
struct CandidateChoice {
  /// Mean of the fine-tuned network's loss less the head's; below 0 it is better.
  let difference: Double
  /// Of that mean.
  let standardError: Double
  let headLoss: Double
  let tunedLoss: Double
  let headAccuracy: Double
  let tunedAccuracy: Double

  /// Unless it is worse beyond what chance does.
  var takesTuned: Bool { difference <= standardError }

  /// - Returns: nil where no picture judges both.
  init?(head: TrainingCandidate, tuned: TrainingCandidate) {
    var places: [Int: Int] = [:]
    for (place, picture) in head.judgedPictures.enumerated() { places[picture] = place }
    let pairs = tuned.judgedPictures.enumerated().compactMap { row, picture in
      places[picture].map { (head: $0, tuned: row) }
    }
    guard !pairs.isEmpty else { return nil }
    let headLosses = head.judged.losses(temperature: head.temperature)
    let tunedLosses = tuned.judged.losses(temperature: tuned.temperature)
    let (headAnswers, tunedAnswers) = (head.judged.answers, tuned.judged.answers)
    let differences = pairs.map { tunedLosses[$0.tuned] - headLosses[$0.head] }
    let count = Double(pairs.count)
    let mean = differences.reduce(0, +) / count
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    difference = mean
    standardError = (variance / count).squareRoot()
    headLoss = pairs.reduce(0) { $0 + headLosses[$1.head] } / count
    tunedLoss = pairs.reduce(0) { $0 + tunedLosses[$1.tuned] } / count
    headAccuracy = Double(pairs.count { headAnswers[$0.head] == head.judged.labels[$0.head] }) / count
    tunedAccuracy = Double(pairs.count { tunedAnswers[$0.tuned] == tuned.judged.labels[$0.tuned] }) / count
  }
}
