public import WinnowBundle
public import WinnowCore

/// Runs the golden pictures.
public enum SelfCheck {
  /// The logits of each picture, computed in runs of at most `batch`.
  public static func logits(
    of pictures: [GoldenPicture], batch: Int, with request: InferenceRequest
  ) throws(WinnowError) -> [[Float]] {
    var rows: [[Float]] = []
    while rows.count < pictures.count {
      let rest = pictures[rows.count...].prefix(max(1, min(batch, request.model.largestBatch)))
      for (index, picture) in rest.enumerated() {
        request.pixels(at: index).copyBytes(from: picture.pixels(side: request.model.side))
      }
      try request.run(rest.count) { rows.append(Array($1)) }
    }
    return rows
  }

  /// How far a picture's answer may depend on the batch, as `GoldenCheck.difference` measures. In int8 a last digit of
  /// a sum may round to another step; a batch that mixes its pictures gives 0.5 and more.
  static func batchTolerance(at precision: Precision) -> Double { precision == .int8 ? 0.1 : 0.001 }

  /// Computes the answers for a new bundle, one picture at a time, and makes sure that a batch gives the same.
  ///
  /// - Throws: `.unfitModel` when it does not: then something in the network mixes the pictures of a batch.
  public static func makeAnswers(with model: CompiledModel) throws(WinnowError) -> GoldenAnswers {
    let request = try model.makeRequest()
    let pictures = GoldenPicture.standard
    let single = try logits(of: pictures, batch: 1, with: request)
    guard single.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw WinnowError(.unfitModel, "the network gives values that are no numbers", remedy: "check its mean and std")
    }
    let answers = GoldenAnswers(
      answers: zip(pictures, single).map { GoldenAnswers.Answer(picture: $0, logits: $1) })
    let tolerance = batchTolerance(at: model.settings.precision)
    let together = try logits(of: pictures, batch: 3, with: request)
    for (alone, other) in zip(single, together) where GoldenCheck.difference(other, from: alone) > tolerance {
      throw WinnowError(
        .unfitModel, "the network gives a picture another answer when it runs with others",
        remedy: "export it in evaluation mode, with a free batch dimension")
    }
    return answers
  }

  /// Compares a loaded model with its bundle's golden answers, one picture at a time and in its largest batch.
  public static func run(_ bundle: LoadedBundle, with request: InferenceRequest) throws(WinnowError) {
    guard let golden = bundle.golden else {
      throw WinnowError(
        .malformed, "\(bundle.label) has no \(bundle.isInt8 ? GoldenAnswers.int8FileName : GoldenAnswers.fileName)",
        remedy: "import the model anew")
    }
    for batch in Set([1, request.model.largestBatch]) {
      let rows = try logits(of: golden.answers.map(\.picture), batch: batch, with: request)
      try GoldenCheck.check(
        rows, against: golden, precision: request.model.settings.precision.rawValue, model: bundle.label)
    }
  }
}
