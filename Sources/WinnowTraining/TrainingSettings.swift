public import SystemPackage
public import WinnowControlAPI
public import WinnowCore

/// What a training is to do, checked.
public struct TrainingSettings: Hashable, Sendable {
  public enum Method: String, Hashable, Sendable, CaseIterable {
    /// A new head on the backbone's feature; the network itself stays.
    case head
    /// All of the network is taught, from such a head.
    case finetune
    /// Both, and the one that judges better on pictures that taught neither.
    case auto
  }

  /// When another version goes live by itself.
  public enum Promotion: String, Hashable, Sendable, CaseIterable {
    case ifBetter = "if-better"
    case ifNotWorse = "if-not-worse"
  }

  public static let usualTestShare = 0.15

  public var folder: FilePath?
  /// Pictures to which people gave a class, taught beside those of the folder.
  public var sorted: [SortedPicture]
  public var name: String
  public var method: Method
  public var backbone: String?
  public var architecture: String?
  public var seed: UInt64
  /// 0 to 0.5.
  public var testShare: Double
  public var promotion: Promotion?
  let overrides: RecipeOverrides

  /// - Throws: `.invalidInput` that names the setting.
  public init(_ request: TrainRequest, sorted: [SortedPicture]) throws(WinnowError) {
    folder = request.folder
    self.sorted = sorted
    guard folder != nil || request.inbox != nil else {
      throw WinnowError(
        .invalidInput, "nothing says what to learn from", remedy: "name a folder, an inbox with --from-sorted, or both")
    }
    name = request.name
    backbone = request.backbone
    architecture = request.architecture
    overrides = try RecipeOverrides(request)
    guard let method = Method(rawValue: request.method) else {
      throw WinnowError(
        .invalidInput, "there is no training method \"\(request.method)\"",
        remedy: "use " + Method.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.method = method
    guard let seed = UInt64(exactly: request.seed) else {
      throw WinnowError(.invalidInput, "the seed \(request.seed) is below 0", remedy: "use 0 or a larger number")
    }
    self.seed = seed
    testShare = request.testShare ?? Self.usualTestShare
    guard (0...0.5).contains(testShare) else {
      throw WinnowError(
        .invalidInput, "the share of test pictures is \(testShare)", remedy: "use 0 to 0.5; 0 keeps none back")
    }
    promotion = try request.promote.map { (text) throws(WinnowError) in
      guard let promotion = Promotion(rawValue: text) else {
        throw WinnowError(
          .invalidInput, "there is no promotion \"\(text)\"",
          remedy: "use " + Promotion.allCases.map(\.rawValue).joined(separator: " or "))
      }
      return promotion
    }
    guard promotion == nil || testShare > 0 else {
      throw WinnowError(
        .invalidInput, "without test pictures nothing tells whether the new version is better",
        remedy: "leave out --test-share 0, or promote by hand")
    }
  }
}
