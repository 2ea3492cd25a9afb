import Testing
import WinnowCore

@testable import WinnowTraining

@Suite("The recipe of a fine-tuning")
struct FineTuningRecipeTests {
  private static func recipe(_ counts: [Int], side: Int = 224, isFolded: Bool = false) -> FineTuningRecipe {
    FineTuningRecipe(classCounts: counts, side: side, isFolded: isFolded)
  }

  @Test("shows few pictures often and many seldom, and never makes a batch of more than a quarter of them")
  func sizes() {
    let epochs = [20, 200, 1000, 10_000, 1_000_000].map { Self.recipe([$0 / 2, $0 / 2]).epochs }
    #expect(epochs == epochs.sorted(by: >) && epochs.first == 19 && epochs.last == 3)
    #expect(Self.recipe([4, 4]).batch == 2 && Self.recipe([500, 500]).batch == 32)
  }

  @Test("learns from smaller pictures than it is judged on, but not where they are small already")
  func sides() {
    #expect(Self.recipe([100, 100]).side == 192)
    #expect(Self.recipe([100, 100], side: 64).side == 64)
    #expect(Self.recipe([100, 100], side: 384).side % 32 == 0)
  }

  @Test("takes small steps where the norms are folded into the convolutions")
  func folded() {
    #expect(Self.recipe([100, 100], isFolded: true).bodyShare <= 0.1 * Self.recipe([100, 100]).bodyShare + 1e-9)
  }

  @Test("lets the rate grow, then fall to nearly nothing")
  func rates() {
    let recipe = Self.recipe([100, 100])
    let rates = stride(from: 0.0, through: 1.0, by: 0.01).map(recipe.rate(at:))
    let top = rates.firstIndex(of: rates.max() ?? 0) ?? 0
    #expect(rates[...top] == ArraySlice(rates[...top].sorted()))
    #expect(rates[top...] == ArraySlice(rates[top...].sorted(by: >)))
    #expect((10...20).contains(top) && rates[100] < 0.02 * recipe.rate && rates[top] <= recipe.rate)
  }

  @Test("weighs rare classes more, by a mean of 1 over the pictures, and classes of like size alike")
  func weights() throws {
    let counts = [400, 100, 25]
    let weights = try #require(Self.recipe(counts).classWeights(counts))
    #expect(weights[0] < weights[1] && weights[1] < weights[2])
    #expect(abs(weights[2] / weights[0] - 4) < 1e-4)
    let mean = zip(weights, counts).reduce(0) { $0 + $1.0 * Float($1.1) } / 525
    #expect(abs(mean - 1) < 1e-5)
    #expect(Self.recipe([100, 60]).classWeights([100, 60]) == nil)
  }
}

@Suite("The plan of an epoch")
struct EpochPlanTests {
  private static let recipe = FineTuningRecipe(classCounts: [50, 50], side: 224, isFolded: false)

  private static func plan(_ epoch: Int, seed: UInt64 = 3) -> EpochPlan {
    EpochPlan(count: 100, epoch: epoch, seed: seed, recipe: recipe)
  }

  @Test("shows every picture once, in another order each epoch and with each seed, and the same when asked again")
  func order() {
    #expect(Self.plan(0).order.sorted() == Array(0..<100))
    #expect(Self.plan(0).order == Self.plan(0).order)
    #expect(Self.plan(0).order != Self.plan(1).order && Self.plan(0).order != Self.plan(0, seed: 4).order)
  }

  @Test("makes whole batches without a picture twice")
  func batches() {
    let plan = Self.plan(2)
    let all = (0..<plan.batchCount).flatMap { plan.batch($0) }
    #expect(plan.batchCount == 4 && all.count == 100 && Set(all).count == 100)
    #expect((0..<plan.batchCount).allSatisfy { plan.batch($0).count == 25 })
  }

  @Test("cuts a valid part out of each picture, another one each epoch, half of them mirrored")
  func crops() {
    let wishes = (0..<1000).map { Self.plan(0).crop(of: $0) }
    var mirrored = 0
    for wish in wishes {
      guard case .part(let part) = wish.region else {
        Issue.record("it is no part")
        return
      }
      #expect(part.isValid && part.area >= 0.299 && (0.74...1.34).contains(part.ratio))
      mirrored += part.isMirrored ? 1 : 0
    }
    #expect((430...570).contains(mirrored) && Set(wishes).count == 1000)
    #expect(
      Self.plan(0).crop(of: 5) == Self.plan(0).crop(of: 5) && Self.plan(0).crop(of: 5) != Self.plan(1).crop(of: 5))
  }
}
