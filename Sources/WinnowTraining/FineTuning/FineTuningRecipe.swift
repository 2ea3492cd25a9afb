import Glibc
import WinnowCore

/// How a network is fine-tuned: what a careful practitioner would take, by the number of pictures, where nobody says
/// otherwise.
struct FineTuningRecipe: Codable, Hashable {
  /// How often each picture is seen.
  var epochs: Int
  /// Pictures a step.
  var batch: Int
  /// Side of the pictures in training, in pixels. Objects look larger in a random crop than in the centre crop that is
  /// judged, so a smaller side in training is not only faster (Touvron et al. 2019).
  var side: Int
  /// The largest learning rate, of the head.
  var rate: Double
  /// Of that, the last layers of the body, and the first ones.
  var bodyShare: Double
  var firstShare: Double
  /// Of weights; norms and biases do not decay.
  var decay: Double
  /// Share of the right answer's weight that goes to all classes alike.
  var smoothing: Double
  /// The smallest share of a picture's area that a random crop takes.
  var smallestArea: Double
  /// Share of the steps in which the rate grows; then it falls as a cosine does.
  var warmUp: Double
  /// Whether rare classes weigh more, by the root of how rare they are.
  var weighsClasses: Bool
  /// Epochs that are worse in validation than an earlier one, beyond chance, after which it ends.
  var patience: Int

  private enum CodingKeys: String, CodingKey {
    case epochs, batch, side, rate, decay, smoothing, patience
    case bodyShare = "body_share"
    case firstShare = "first_share"
    case smallestArea = "smallest_area"
    case warmUp = "warm_up"
    case weighsClasses = "weighs_classes"
  }

  /// - Parameters:
  ///   - classCounts: pictures that teach, of each class.
  ///   - side: of the pictures that are judged.
  ///   - isFolded: whether the norms of the network are folded into its convolutions, so that it bears small steps only.
  init(classCounts: [Int], side: Int, isFolded: Bool) {
    let count = max(1, classCounts.reduce(0, +))
    // Few pictures need many rounds, many pictures few: from 17 at 30 pictures to 3 at 10,000; chosen.
    epochs = min(25, max(3, Int((6 * pow(1000 / Double(count), 0.3)).rounded())))
    batch = min(32, max(2, count / 4))
    // Whole steps of 32 pixels, which is what networks halve a picture to.
    self.side = side >= 128 ? max(96, Int((Double(side) * 0.8 / 32).rounded()) * 32) : side
    rate = 1e-3
    bodyShare = isFolded ? 0.05 : 0.5
    firstShare = isFolded ? 0.02 : 0.2
    decay = 0.02
    smoothing = 0.05
    smallestArea = 0.3
    warmUp = 0.15
    let largest = classCounts.max() ?? 1
    weighsClasses = Double(largest) > 3 * Double(max(1, classCounts.filter { $0 > 0 }.min() ?? 1))
    patience = Self.patience(of: epochs)
  }

  /// Half of all epochs: the last ones, with their small steps, bring the most, and few pictures judge badly.
  static func patience(of epochs: Int) -> Int { max(5, (epochs + 1) / 2) }

  /// The learning rate of the head at a step, and by the shares those of the body.
  ///
  /// - Parameter progress: share of all steps that is done, 0 to 1.
  func rate(at progress: Double) -> Double {
    if progress < warmUp { return rate * (0.05 + 0.95 * progress / warmUp) }
    let rest = (progress - warmUp) / max(1e-9, 1 - warmUp)
    return rate * (0.01 + 0.99 * 0.5 * (1 + cos(.pi * min(1, rest))))
  }

  /// The weights of classes in the loss, of mean 1 over the pictures; nil where all weigh alike.
  func classWeights(_ counts: [Int]) -> [Float]? {
    guard weighsClasses else { return nil }
    let raw = counts.map { 1 / Double(max(1, $0)).squareRoot() }
    let total = zip(raw, counts).reduce(0.0) { $0 + $1.0 * Double($1.1) }
    let mean = total / Double(max(1, counts.reduce(0, +)))
    return raw.map { Float($0 / max(mean, 1e-12)) }
  }
}
