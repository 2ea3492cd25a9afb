import WinnowDrawing

/// What each epoch of a fine-tuning came to, for the curves.
struct TrainingHistory: Codable, Hashable {
  struct Epoch: Codable, Hashable {
    /// Mean loss and share of right answers of the pictures that taught, as they were seen: cropped and mirrored at
    /// random.
    var loss: Double
    var accuracy: Double
    /// The same of the pictures that only judge: with the averaged weights, without smoothing, at the temperature that
    /// fits them best.
    var validationLoss: Double
    var validationAccuracy: Double
    /// Of the head, at the end of the epoch.
    var rate: Double
    /// Seconds that the epoch took, without its validation, and pictures a second.
    var seconds: Double
    var speed: Double

    private enum CodingKeys: String, CodingKey {
      case loss, accuracy, rate, seconds, speed
      case validationLoss = "validation_loss"
      case validationAccuracy = "validation_accuracy"
    }
  }

  var epochs: [Epoch] = []

  var csv: String {
    let lines = epochs.enumerated().map { index, epoch in
      [
        Double(index + 1), epoch.loss, epoch.accuracy, epoch.validationLoss, epoch.validationAccuracy, epoch.rate,
        epoch.seconds, epoch.speed,
      ].map { "\($0)" }.joined(separator: ",")
    }
    return
      (["epoch,loss,accuracy,validation_loss,validation_accuracy,rate,seconds,pictures_per_second"] + lines)
      .joined(separator: "\n") + "\n"
  }

  var lossChart: String {
    let largest = epochs.flatMap { [$0.loss, $0.validationLoss] }.max() ?? 1
    return chart(
      "Loss", LineChart.Axis("loss", 0...max(largest * 1.05, 0.01), isShare: false), { $0.loss }, { $0.validationLoss })
  }

  var accuracyChart: String {
    let smallest = epochs.flatMap { [$0.accuracy, $0.validationAccuracy] }.min() ?? 0
    return chart(
      "Accuracy", LineChart.Axis("share of right answers", max(0, smallest - 0.05)...1), { $0.accuracy },
      { $0.validationAccuracy })
  }

  private func chart(
    _ title: String, _ axis: LineChart.Axis, _ taught: (Epoch) -> Double, _ judged: (Epoch) -> Double
  ) -> String {
    func points(_ value: (Epoch) -> Double) -> [(x: Double, y: Double)] {
      epochs.enumerated().map { (x: Double($0 + 1), y: value($1)) }
    }
    return LineChart(
      title, x: LineChart.Axis("epoch", 1...Double(max(2, epochs.count)), isShare: false), y: axis,
      series: [
        LineChart.Series("training", colour: LineChart.colours[0], points: points(taught), hasDots: true),
        LineChart.Series("validation", colour: LineChart.colours[1], points: points(judged), hasDots: true),
      ]
    ).svg
  }
}
