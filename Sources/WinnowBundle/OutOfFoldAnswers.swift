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

  public init(labels: [String], answers: [String], probabilities: [Float]) {
    self.labels = labels
    self.answers = answers
    self.probabilities = probabilities
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
      probabilities.allSatisfy({ (0...1).contains($0) })
    else { throw Self.malformed(bundle, "its lists do not fit together") }
  }

  private static func malformed(_ bundle: ModelBundle, _ cause: String) -> WinnowError {
    WinnowError(
      .malformed, "\(bundle.model) does not say what it answered out of fold", remedy: "train it anew", cause: cause)
  }

  /// Each answer's probability, and whether it is right.
  public var outcomes: some Sequence<(probability: Double, isRight: Bool)> {
    labels.indices.lazy.map { (probability: Double(probabilities[$0]), isRight: labels[$0] == answers[$0]) }
  }

  public func json() throws(WinnowError) -> [UInt8] {
    do {
      return Array(try JSONEncoder().encode(self))
    } catch {
      throw WinnowError(.malformed, "the answers out of fold cannot be written as JSON", cause: "\(error)")
    }
  }
}
