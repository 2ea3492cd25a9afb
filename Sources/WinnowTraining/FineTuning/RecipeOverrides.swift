import WinnowControlAPI
import WinnowCore

/// What of a fine-tuning somebody has fixed; nil takes what is usual for the pictures.
struct RecipeOverrides: Hashable, Sendable {
  var epochs: Int?
  var batch: Int?
  var side: Int?
  var rate: Double?
  var precision: String?
  var threads: Int?

  /// - Throws: `.invalidInput` that names the setting.
  init(_ request: TrainRequest) throws(WinnowError) {
    func check<Value: Comparable>(
      _ value: Value?, _ name: String, _ range: ClosedRange<Value>
    ) throws(WinnowError) -> Value? {
      guard let value, !range.contains(value) else { return value }
      throw WinnowError(
        .invalidInput, "\(name) is \(value)", remedy: "use \(range.lowerBound) to \(range.upperBound)")
    }
    epochs = try check(request.epochs, "--epochs", 1...1000)
    batch = try check(request.batch, "--batch", 2...1024)
    side = try check(request.side, "--side", 32...1024)
    rate = try check(request.rate, "--rate", 1e-7...1)
    threads = try check(request.threads, "--threads", 1...1024)
    guard request.precision.map({ ["auto", "fp32", "bf16"].contains($0) }) ?? true else {
      throw WinnowError(
        .invalidInput, "there is no precision \"\(request.precision ?? "")\" of trainings",
        remedy: "use auto, fp32 or bf16")
    }
    precision = request.precision == "auto" ? nil : request.precision
  }

  func applied(to recipe: FineTuningRecipe) -> FineTuningRecipe {
    var recipe = recipe
    if let epochs {
      recipe.epochs = epochs
      recipe.patience = FineTuningRecipe.patience(of: epochs)
    }
    if let batch { recipe.batch = batch }
    if let side { recipe.side = side }
    if let rate { recipe.rate = rate }
    return recipe
  }
}
