import Foundation
import SystemPackage
import WinnowCore
import WinnowDataset
import WinnowGraph
import WinnowTorch
import WinnowWeights

/// What a fine-tuning leaves on disk, so that whatever ends it costs a minute: every number that the next step depends
/// on. Drawn numbers follow from seed, epoch and picture and need no place here.
struct TrainingCheckpoint {
  static let fileName = "checkpoint.safetensors"

  struct Progress: Codable, Hashable {
    /// Of the settings and pictures; another training does not go on from here.
    var fingerprint: String
    var recipe: FineTuningRecipe
    /// `fp32` or `bf16`, and threads: measured once, at the start.
    var precision: String
    var threads: Int
    /// Epochs that are done, and steps of the one that is not.
    var epoch = 0
    var step = 0
    /// All steps that were made.
    var steps = 0
    /// Of the steps of the epoch under way.
    var lossSum = 0.0
    var seen = 0
    var right = 0
    var seconds = 0.0
    var history = TrainingHistory()
    /// Which epoch's weights are kept, by validation.
    var choice = EpochChoice()

    private enum CodingKeys: String, CodingKey {
      case fingerprint, recipe, precision, threads, epoch, step, steps, seen, right, seconds, history, choice
      case lossSum = "loss_sum"
    }
  }

  var progress: Progress
  /// Tensors by name: those of `LearningNetwork.state`, and `best/NAME`.
  var tensors: [String: Tensor]

  /// - Returns: nil where there is none, or none that can be read.
  init?(in folder: OutputFolder) throws(WinnowError) {
    guard let file = try folder.contents(of: Self.fileName) else { return nil }
    guard let text = try? Safetensors.notes(file)["progress"],
      let progress = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8)),
      let tensors = try? Safetensors.read(file)
    else { return nil }
    (self.progress, self.tensors) = (progress, tensors)
  }

  /// Writes the state of a training whole, or leaves the older one.
  static func write(
    _ progress: Progress, _ state: [(name: String, tensor: TorchTensor)], best: [(name: String, tensor: Tensor)],
    to folder: OutputFolder
  ) throws(WinnowError) {
    var tensors = best.map { (name: "best/\($0.name)", tensor: $0.tensor) }
    for (name, tensor) in state {
      tensors.append((name, try Tensor(try tensor.floats(), shape: try tensor.shape())))
    }
    let text: String
    do {
      text = String(decoding: try JSONEncoder().encode(progress), as: UTF8.self)
    } catch {
      throw WinnowError(.malformed, "the state of the training cannot be written as JSON", cause: "\(error)")
    }
    try folder.write(try Safetensors.file(tensors, notes: ["progress": text]), as: fileName)
  }

  /// Puts the numbers back into a training that was just made.
  ///
  /// - Throws: `.malformed` where one is missing.
  func restore(_ state: [(name: String, tensor: TorchTensor)], in library: TorchLibrary) throws(WinnowError) {
    for (name, tensor) in state {
      guard let kept = tensors[name], let floats = kept.floats, kept.shape == (try tensor.shape()) else {
        throw WinnowError(.malformed, "the checkpoint lacks \"\(name)\"", remedy: "train anew")
      }
      try tensor.assign(try TorchTensor(floats, shape: kept.shape, in: library))
    }
  }

  var best: [(name: String, tensor: Tensor)] {
    tensors.filter { $0.key.hasPrefix("best/") }.map { (name: String($0.key.dropFirst(5)), tensor: $0.value) }
      .sorted { $0.name < $1.name }
  }
}
