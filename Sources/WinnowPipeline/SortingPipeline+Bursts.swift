import WinnowCore

/// A picture with what the model says of it, not decided about yet.
struct ClassifiedPicture: Sendable {
  var settled: SettledPicture
  var prediction: Prediction
  /// Of the model that classified it.
  var leastFamiliarity: Double?
}

/// From what the model says of pictures to what is decided about those of a burst. Nothing of what waits here is durable:
/// after a crash its files are found and classified again.
extension SortingPipeline {
  /// Decides about a picture, or has it wait for others of its burst. One without a camera or a time never waits.
  func collect(_ picture: ClassifiedPicture, in inbox: Inbox) {
    guard inbox.bursts != nil, let camera = picture.prediction.picture.camera,
      let taken = picture.prediction.picture.captureTime
    else { return decide([picture], in: inbox) }
    let source = BurstCollector<ClassifiedPicture>.Source(
      folder: picture.settled.place.folder.absolute, camera: camera, model: picture.prediction.model)
    for burst in inbox.bursts?.add(picture, of: source, taken: taken, at: now) ?? [] { decide(burst, in: inbox) }
  }

  func decideRipeBursts(in inbox: Inbox, at now: ContinuousClock.Instant) {
    guard inbox.bursts?.isEmpty == false else { return }
    let isQuiet = inbox.isQuiet
    for burst in inbox.bursts?.takeRipe(at: now, isQuiet: isQuiet) ?? [] { decide(burst, in: inbox) }
  }

  private func decide(_ burst: [ClassifiedPicture], in inbox: Inbox) {
    for (picture, prediction) in zip(burst, Prediction.mean(of: burst.map(\.prediction))) {
      let policy = inbox.policy(leastFamiliarity: picture.leastFamiliarity)
      let facts = destinationFacts(of: picture.settled, prediction.picture, in: inbox)
      carryOut(
        policy.decide(prediction, others: burst.count - 1, facts: facts), picture.settled, in: inbox,
        digest: prediction.picture.digest, prediction: prediction)
    }
  }
}
