import Glibc
import WinnowCore
import WinnowWire

/// Takes pictures that are ready and answers them, one batch at a time on each of its threads.
///
/// Batches form by themselves: a thread that is free takes what waits, at most a batch; a single picture never waits
/// for others, and while all threads are busy pictures gather.
struct InferenceStage: Sendable {
  let model: CompiledModel
  let temperature: Double
  let pool: CropPool
  /// By which it tells what is familiar; nil where the model says nothing of that.
  let centres: ClassCentres?

  /// Scores in an answer.
  static let best = 10

  /// Runs on its own thread until `ready` is closed.
  ///
  /// - Throws: `.engineFailure`; it is the machine's fault, not a picture's, and nothing can go on.
  func run(
    _ request: InferenceRequest, from ready: BlockingQueue<ReadyPicture>, answers: WorkerSocket
  ) throws(WinnowError) {
    while true {
      let batch = ready.take { InferenceRequest.batchSize(for: $0, of: model) }
      if batch.isEmpty { return }
      for (index, picture) in batch.enumerated() {
        request.pixels(at: index).copyMemory(from: UnsafeRawBufferPointer(pool.bytes(of: picture.slot)))
      }
      var unfinished: [Int: WorkerAnswer] = [:]
      try request.run(batch.count) { index, logits throws(WinnowError) in
        let isFeatureWanted = batch[index].look != nil || centres != nil
        let feature = isFeatureWanted ? try request.feature(at: index) : []
        let answer = answer(batch[index], logits, feature)
        if batch[index].wantsMirror { return unfinished[index] = answer }
        answers.send(answer)
        pool.give(back: batch[index].slot)
      }
      if !unfinished.isEmpty { try addMirrored(unfinished, batch, request, answers) }
    }
  }

  /// Runs the batch once more, mirrored: what was decoded once gives two features.
  private func addMirrored(
    _ unfinished: [Int: WorkerAnswer], _ batch: [ReadyPicture], _ request: InferenceRequest, _ answers: WorkerSocket
  ) throws(WinnowError) {
    for index in unfinished.keys { Self.mirror(request.pixels(at: index), side: model.side) }
    try request.run(batch.count) { index, _ throws(WinnowError) in
      guard let answer = unfinished[index] else { return }
      if case .looked(let id, var look, let converted) = answer {
        let feature = try request.feature(at: index)
        if feature.count == look.feature.count, feature.allSatisfy(\.isFinite) { look.mirroredFeature = feature }
        answers.send(.looked(id: id, look, converted: converted))
      } else {
        answers.send(answer)
      }
      pool.give(back: batch[index].slot)
    }
  }

  /// Mirrors RGB pixels, `[side, side, 3]`, left to right.
  private static func mirror(_ pixels: UnsafeMutableRawBufferPointer, side: Int) {
    for row in 0..<side {
      for column in 0..<side / 2 {
        let (left, right) = (3 * (row * side + column), 3 * (row * side + side - 1 - column))
        for channel in 0..<3 { pixels.swapAt(left + channel, right + channel) }
      }
    }
  }

  private func answer(_ picture: ReadyPicture, _ logits: UnsafeBufferPointer<Float>, _ feature: [Float]) -> WorkerAnswer
  {
    guard let probabilities = Probabilities.softmax(logits, temperature: temperature) else {
      return .refused(
        id: picture.id, Refusal(.corrupt, "the model has no finite answer for it"), digest: picture.facts.digest)
    }
    let scores = Probabilities.best(Self.best, of: probabilities).map { index in
      WireScore(index: UInt32(index), probability: min(1, Float(probabilities[index])))
    }
    if let (found, converted) = picture.look {
      var look = found
      look.scores = scores.map { ClassProbability(index: Int($0.index), probability: Double($0.probability)) }
      // One that is no numbers, or longer than an answer has room for, is none.
      if feature.count <= PictureLook.longestFeature, feature.allSatisfy(\.isFinite) { look.feature = feature }
      return .looked(id: picture.id, look, converted: converted)
    }
    return .classified(
      id: picture.id, picture: picture.facts, scores: scores, logits: picture.wantsLogits ? Array(logits) : [],
      familiarity: centres?.familiarity(of: feature))
  }
}
