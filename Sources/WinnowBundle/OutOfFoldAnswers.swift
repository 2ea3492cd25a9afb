import FoundationEssentials
public import WinnowCore

/// What heads said of pictures that they were not taught: what thresholds are chosen by. Of each picture the right class,
/// the class that was named, and how probable that was, after the temperature.
public struct OutOfFoldAnswers: Codable, Hashable, Sendable {
  public static let fileName = "out_of_fold.json"

  public var schema = 1
  /// The label of the right class of each picture.
  public var labels: [String]
  public var answers: [String]
  /// 0 to 1.
  public var probabilities: [Float]
  /// How familiar each picture is, −1 to 1, null where that was not measured; nil where it was of none.
  public var familiarity: [Float?]?

  public init(labels: [String], answers: [String], probabilities: [Float], familiarity: [Float?]? = nil) {
    self.labels = labels
    self.answers = answers
    self.probabilities = probabilities
    self.familiarity = familiarity
  }

  /// What a bundle holds; nil where it holds none.
  ///
  /// - Throws: As `ModelBundle.contents(of:)`; `.malformed`.
  public init?(of bundle: ModelBundle) throws(WinnowError) {
    guard bundle.manifest.files[Self.fileName] != nil else { return nil }
    let bytes = try bundle.contents(of: Self.fileName)
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch {
      throw Self.malformed(bundle, "\(error)")
    }
    guard labels.count == answers.count, labels.count == probabilities.count,
      probabilities.allSatisfy({ (0...1).contains($0) }), familiarity.map({ $0.count == labels.count }) ?? true
    else { throw Self.malformed(bundle, "its lists do not fit together") }
  }

  private static func malformed(_ bundle: ModelBundle, _ cause: String) -> WinnowError {
    WinnowError(
      .malformed, "\(bundle.model) does not say what it answered out of fold", remedy: "train it anew", cause: cause)
  }

  /// The answers to pictures that are not less familiar than `least`: each one's probability, and whether it is right.
  public func outcomes(leastFamiliarity least: Double?) -> some Sequence<(probability: Double, isRight: Bool)> {
    labels.indices.lazy.filter { index in
      guard let least, let familiarity = familiarity?[index] else { return true }
      return Double(familiarity) >= least
    }.map { (probability: Double(probabilities[$0]), isRight: labels[$0] == answers[$0]) }
  }

  public func json() throws(WinnowError) -> [UInt8] {
    do {
      return Array(try JSONEncoder().encode(self))
    } catch {
      throw WinnowError(.malformed, "the answers out of fold cannot be written as JSON", cause: "\(error)")
    }
  }
}
