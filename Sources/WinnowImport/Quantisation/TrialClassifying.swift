public import SystemPackage
import WinnowBundle
public import WinnowCore
import WinnowFiles
public import WinnowSupervision
import WinnowWire

/// Classifies pictures through a worker that serves a bundle as it would serve the daemon: in the sandbox, with the
/// very same decoding and crop.
public struct TrialClassifying {
  /// Pictures that are open at the same time; chosen: twice what a worker holds.
  private static let window = 48

  public struct Answer {
    public let digest: ContentDigest
    /// Index of the best class, and its probability, 0 to 1.
    public let best: Int
    public let probability: Double
    /// Empty unless asked for.
    public let logits: [Float]
    /// −1 to 1; nil where the model has no class centres.
    public let familiarity: Double?
  }

  let program: FilePath
  let pictures: TrialPictures
  let cancellation: Cancellation

  /// - Parameter program: winnow-worker.
  public init(program: FilePath, pictures: TrialPictures, cancellation: Cancellation) {
    self.program = program
    self.pictures = pictures
    self.cancellation = cancellation
  }

  /// - Parameters:
  ///   - precision: As winnow-worker's option takes it.
  ///   - each: Called for each picture that could be read, in order; others are passed over.
  ///   - progress: Called with 0 to 1.
  /// - Returns: the precision that the worker served at.
  /// - Throws: why the worker cannot be had; `.jobCancelled`; what `each` throws.
  public func run(
    _ indices: [Int], through bundle: FilePath, precision: String, wantsLogits: Bool = false,
    progress: (Double) -> Void, each: (Int, Answer) throws(WinnowError) -> Void
  ) throws(WinnowError) -> String? {
    let arguments: [CommandArgument] = [
      "--bundle", CommandArgument(bundle), "--precision", CommandArgument(precision),
    ]
    let worker = BlockingWorker(
      WorkerLaunch(executable: program, arguments: arguments), as: ModelVersion(name: "trial", version: 1))
    defer { worker.stop() }
    // Where the pictures in flight lie among `indices`.
    var flight: [Int] = []
    var told = 0
    func tellNext() throws(WinnowError) {
      let place = flight.removeFirst()
      switch worker.wait(for: place) {
      case .classified(let facts, let scores, let logits, let familiarity):
        guard let best = scores.first else { break }
        let answer = Answer(
          digest: facts.digest, best: Int(best.index), probability: Double(best.probability), logits: logits,
          familiarity: familiarity.map(Double.init))
        try each(indices[place], answer)
      case .refused: break
      case .postponed(let error): throw error
      case .looked, .cropped: throw WinnowError(.malformed, "winnow-worker looked at a picture it was to classify")
      }
      told += 1
      if told & 15 == 0 { progress(Double(told) / Double(indices.count)) }
    }
    for (place, index) in indices.enumerated() {
      try cancellation.check()
      if flight.count >= Self.window { try tellNext() }
      // What is gone or may not be read is not of the pictures.
      guard let picture = try? pictures.open(index) else { continue }
      let size = (try? LinuxFileSystem().status(of: picture.raw).size) ?? 0
      worker.submit(
        picture, name: pictures.name(index), byteCount: size, task: .classify(wantsLogits: wantsLogits), as: place)
      flight.append(place)
    }
    while !flight.isEmpty {
      try cancellation.check()
      try tellNext()
    }
    return worker.precision
  }
}
