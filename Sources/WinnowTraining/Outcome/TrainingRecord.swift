import FoundationEssentials
import WinnowBundle
import WinnowCore
import WinnowFiles

/// How a version came to be: kept in its bundle, so that it can be made again, or explained.
struct TrainingRecord: Codable, Hashable {
  static let fileName = "training.json"

  var schema = 1
  var method: String
  /// `NAME@VERSION` whose network looks at the pictures.
  var backbone: String
  var seed: UInt64
  var testShare: Double
  /// The strength of regularisation that was chosen, as scikit-learn's C for features of mean square 1, of which ones.
  var strength: Double
  var strengths: [Double]
  var folds: Int
  /// SHA-256 of the classes and hashes of all pictures that taught, whatever their names and order.
  var fingerprint: String
  var taught: Int
  var tested: Int
  /// By reason.
  var leftOut: [String: Int]
  /// Where the network itself was taught, from the head of the figures above.
  var fineTuning: FineTuning?

  struct FineTuning: Codable, Hashable {
    var recipe: FineTuningRecipe
    /// `fp32` or `bf16`.
    var precision: String
    var threads: Int
    /// LibTorch's version.
    var torch: String
    /// Pictures that only judged.
    var judged: Int
    /// The epoch whose weights came out, from 1.
    var best: Int?
    var history: TrainingHistory
  }

  private enum CodingKeys: String, CodingKey {
    case schema, method, backbone, seed, strength, strengths, folds, fingerprint, taught, tested
    case testShare = "test_share"
    case leftOut = "left_out"
    case fineTuning = "fine_tuning"
  }

  /// - Parameter pictures: label and SHA-256, hexadecimal, of each.
  static func fingerprint(of pictures: some Sequence<(label: String, digest: String)>) -> String {
    var hasher = ContentHasher()
    for line in pictures.map({ "\($0.digest) \($0.label)\n" }).sorted() { hasher.update(Array(line.utf8)) }
    return hasher.finish().hex
  }

  func json() throws(WinnowError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw WinnowError(.malformed, "the record of the training cannot be written as JSON", cause: "\(error)")
    }
  }
}

extension TrainingRecord {
  /// How a version came to be; nil where it was not trained here.
  ///
  /// - Throws: `.malformed`; what reading it says.
  init?(of bundle: ModelBundle) throws(WinnowError) {
    guard bundle.manifest.files[Self.fileName] != nil else { return nil }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(try bundle.contents(of: Self.fileName)))
    } catch {
      throw WinnowError(
        .malformed, "\(bundle.model) does not say how it was trained", remedy: "remove that version", cause: "\(error)")
    }
  }
}
