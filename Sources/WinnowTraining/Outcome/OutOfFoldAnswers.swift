import Foundation
import WinnowCore

/// What heads said of pictures that they were not taught: what thresholds can be chosen by. Each picture by how probable
/// its best class is, after the temperature, and whether that is right.
struct OutOfFoldAnswers: Codable, Hashable {
  static let fileName = "out_of_fold.json"

  var schema = 1
  /// The label of the right class of each picture.
  var labels: [String]
  var answers: [String]
  /// 0 to 1.
  var probabilities: [Float]

  init(_ tested: TestedHead, names: [String], temperature: Double) {
    labels = tested.labels.map { names[$0] }
    let best = tested.answers
    answers = best.map { names[$0] }
    probabilities = best.indices.map { picture in
      let row = tested.logits[picture * tested.classCount..<(picture + 1) * tested.classCount]
      let largest = Double(row.max() ?? 0)
      let sum = row.reduce(0.0) { $0 + exp((Double($1) - largest) / temperature) }
      return Float(1 / sum)
    }
  }

  func json() throws(WinnowError) -> [UInt8] {
    do {
      return Array(try JSONEncoder().encode(self))
    } catch {
      throw WinnowError(.malformed, "the answers out of fold cannot be written as JSON", cause: "\(error)")
    }
  }
}
