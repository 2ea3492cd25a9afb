import WinnowEvaluation
import WinnowGraph

/// A network that a training came to, with what it says of the pictures.
struct TrainingCandidate {
  var method: TrainingSettings.Method
  var graph: Graph
  /// Answers of networks that were not taught the pictures: of all that teach where folds judge, of some where a part
  /// was kept back to judge.
  var judged: TestedHead
  /// The pictures that `judged` is about, by their index, row by row.
  var judgedPictures: [Int]
  var tested: TestedHead
  /// Likewise of `tested`: all that test, as far as they could be had.
  var testedPictures: [Int]
  var recent: TestedHead
  var centres: ClassCentreSums
  /// How familiar each picture of `judged` is, by centres that it is no part of; nil where that was not measured.
  var familiarity: [Double?]
  /// How it was fine-tuned.
  var progress: TrainingCheckpoint.Progress?
  var torchVersion: String?
  /// The network as it was taught, against which its export is checked.
  var network: LearningNetwork?
  var warnings: [String] = []

  /// Of its logits.
  var temperature: Double {
    Temperature.fitted(to: judged.logits, labels: judged.labels, classCount: judged.classCount)
  }
}
