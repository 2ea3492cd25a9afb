public import SystemPackage
import WinnowCore

/// What `dataset clean` is asked for.
public struct CleaningSettings: Hashable, Sendable {
  /// The data set's folder, absolute; nothing in it is ever changed.
  public var folder: FilePath
  /// What the new names begin with; nil for the name of the class folder.
  public var name: String?
  public var limits = CleaningLimits()
  /// The model that the worker has, if any.
  public var model: DoubtingModel?
  /// Whether nothing is written.
  public var isDryRun = false

  public init(folder: FilePath) { self.folder = folder }

  /// Beside the folder, with `_cleaned` behind its name.
  public var output: FilePath {
    let folder = folder.lexicallyNormalized()
    guard let name = folder.lastComponent else { return folder }
    return FilePath(bytes: folder.removingLastComponent().appending(name).bytes + Array("_cleaned".utf8))
  }

  /// - Throws: `.invalidInput` where there is no place beside the folder, or the name cannot begin a file's name.
  func check() throws(WinnowError) {
    guard folder.isAbsolute, folder.lexicallyNormalized().lastComponent != nil else {
      throw WinnowError(
        .invalidInput, "nothing can be laid beside \(folder.escaped)",
        remedy: "name the data set's folder by its absolute path")
    }
    if let name { try CleanedName.check(name) }
  }
}

/// From which figures on a picture is taken for faulty. Over 1,000 good photos the values given leave out one in a
/// thousand; docs/decisions/0027 has the figures.
public struct CleaningLimits: Hashable, Sendable, Codable {
  /// Pixels of the shorter side below which a picture is tiny.
  public var shortestSide = 64
  /// Longer side by shorter side above which a picture is oddly shaped.
  public var longestShape = 6.0
  /// Standard deviation of luma, 0 to 0.5, and bits of its entropy, 0 to 8, below either of which there is nothing to
  /// be seen.
  public var leastContrast: Float = 0.015
  public var leastEntropy: Float = 0.5
  /// A picture is dark where even the lightest hundredth of it stays below this luma, 0 to 1.
  public var leastLight: Float = 0.25
  /// A picture is light where even the darkest hundredth of it is above this luma, 0 to 1.
  public var mostDark: Float = 0.75
  /// Variance of the Laplacian (`PictureMeasures.sharpness`) below which a picture is blurred.
  public var leastSharpness: Float = 5

  public init() {}
}

/// A model whose opinion of the labels is asked for.
///
/// Its features are enough: heads are taught on them that have not seen what they judge (`HeldOutHeads`). Where it gives
/// none, what it says itself counts, if its classes are named as the class folders are.
public struct DoubtingModel: Hashable, Sendable {
  /// Its classes in label order.
  public var classes: [String]

  public init(classes: [String]) { self.classes = classes }
}
