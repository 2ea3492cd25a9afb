import Foundation
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowEvaluation

/// The answers of a head on pictures that it was not taught, and the figures of them.
struct TestedHead {
  let classCount: Int
  /// `[pictures][classCount]`.
  let logits: [Float]
  /// The right class of each picture.
  let labels: [Int]
  /// Equal for pictures that show the same.
  let groups: [Int]

  /// The best class of each picture.
  var answers: [Int] {
    labels.indices.map { picture in
      let start = picture * classCount
      return (0..<classCount).max { logits[start + $0] < logits[start + $1] } ?? 0
    }
  }

  /// - Parameters:
  ///   - names: Of the classes.
  ///   - familiarity: Of each picture, as far as it was measured.
  func outOfFold(_ names: [String], temperature: Double, familiarity: [Double?]) -> OutOfFoldAnswers {
    let best = answers
    return OutOfFoldAnswers(
      labels: labels.map { names[$0] }, answers: best.map { names[$0] },
      probabilities: best.indices.map { picture in
        let row = logits[picture * classCount..<(picture + 1) * classCount]
        let largest = Double(row.max() ?? 0)
        return Float(1 / row.reduce(0.0) { $0 + exp((Double($1) - largest) / temperature) })
      }, familiarity: familiarity.map { $0.map { Float($0) } })
  }

  /// Share of right answers; 0 without pictures.
  var accuracy: Double {
    guard !labels.isEmpty else { return 0 }
    return Double(zip(answers, labels).count { $0 == $1 }) / Double(labels.count)
  }

  func logLoss(temperature: Double) -> Double {
    Temperature.logLoss(of: logits, labels: labels, classCount: classCount, temperature: temperature)
  }

  /// The negative logarithm of the right class's probability, of each picture.
  func losses(temperature: Double) -> [Double] {
    labels.indices.map { picture in
      let row = Array(logits[picture * classCount..<(picture + 1) * classCount])
      return Temperature.logLoss(of: row, labels: [labels[picture]], classCount: classCount, temperature: temperature)
    }
  }

  var confusion: ConfusionMatrix {
    var matrix = ConfusionMatrix(classCount: classCount)
    for (label, answer) in zip(labels, answers) { matrix.add(right: label, answered: answer) }
    return matrix
  }

  /// `accuracy`, `macro_f1`, `weighted_f1`, `log_loss`; nothing without pictures.
  func figures(temperature: Double, seed: UInt64) -> [String: TrainReply.Figure] {
    guard !labels.isEmpty else { return [:] }
    let (answers, matrix) = (answers, confusion)
    var figures: [String: TrainReply.Figure] = [:]
    figures["accuracy"] = matrix.accuracy.estimate.map {
      TrainReply.Figure(value: $0.value, low: $0.low, high: $0.high)
    }
    let members = Dictionary(grouping: labels.indices) { groups[$0] }.values.sorted { $0[0] < $1[0] }
    func resampled(_ value: Double?, _ figure: (ConfusionMatrix) -> Double?) -> TrainReply.Figure? {
      guard let value else { return nil }
      let interval = Bootstrap.interval(of: members, seed: seed) { drawn in
        var matrix = ConfusionMatrix(classCount: classCount)
        for index in drawn { matrix.add(right: labels[index], answered: answers[index]) }
        return figure(matrix)
      }
      return TrainReply.Figure(value: value, low: interval?.low, high: interval?.high)
    }
    figures["macro_f1"] = resampled(matrix.macroF1) { $0.macroF1 }
    figures["weighted_f1"] = resampled(matrix.weightedF1) { $0.weightedF1 }
    figures["log_loss"] = TrainReply.Figure(
      value: logLoss(temperature: temperature))
    return figures
  }
}
