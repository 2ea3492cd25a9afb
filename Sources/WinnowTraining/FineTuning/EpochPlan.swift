import Glibc
import WinnowCore

/// The order and the crops of one epoch. Pure: seed, epoch and picture decide, so that a training that goes on after a
/// stop sees what it would have seen.
struct EpochPlan {
  /// Subjects in the order they are seen.
  let order: [Int]
  private let seed: UInt64
  private let epoch: Int
  private let recipe: FineTuningRecipe

  init(count: Int, epoch: Int, seed: UInt64, recipe: FineTuningRecipe) {
    (self.seed, self.epoch, self.recipe) = (seed, epoch, recipe)
    var generator = SeededGenerator(seed: Self.mixed(seed, UInt64(epoch), .max))
    order = Array(0..<count).shuffled(using: &generator)
  }

  /// Whole batches. What is left over waits for the next epoch: a batch of one picture would spoil the norms.
  var batchCount: Int { max(1, order.count / recipe.batch) }

  func batch(_ number: Int) -> ArraySlice<Int> {
    order[min(order.count, number * recipe.batch)..<min(order.count, (number + 1) * recipe.batch)]
  }

  /// What of a subject is seen in this epoch.
  func crop(of subject: Int) -> CropWish {
    var generator = SeededGenerator(seed: Self.mixed(seed, UInt64(epoch), UInt64(subject)))
    func draw(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }
    // As torchvision draws: the area evenly, the shape evenly on a logarithmic scale.
    let area = draw(recipe.smallestArea...1)
    let ratio = exp(draw(log(3.0 / 4)...log(4.0 / 3)))
    let (x, y, mirror) = (draw(0...1), draw(0...1), draw(0...1))
    return CropWish(
      side: recipe.side,
      region: .part(
        CropWish.Part(
          area: Float(area), ratio: Float(ratio), x: Float(x), y: Float(y), isMirrored: mirror < 0.5)))
  }

  private static func mixed(_ seed: UInt64, _ epoch: UInt64, _ subject: UInt64) -> UInt64 {
    var generator = SeededGenerator(seed: seed)
    var state = generator.next() ^ (epoch &* 0x9E37_79B9_7F4A_7C15)
    generator = SeededGenerator(seed: state)
    state = generator.next() ^ subject
    generator = SeededGenerator(seed: state)
    return generator.next()
  }
}
