public import WinnowBundle
import WinnowCore

/// Compares int8 with full precision, picture by picture, and says whether int8 keeps its promise. Pure.
///
/// On at least 300 labelled pictures: the net drop is at most one picture in 300 and its one-sided 95% bound at most 2
/// points; from 1,000 pictures on, 0.3 and 1 point. With fewer labels, on at least 300 pictures of any kind: the two
/// name the same class for 99.5% of those of which full precision is at least 0.8 sure, and for 85% of all.
public struct Int8Trial: Hashable, Sendable {
  /// Fewer pictures prove nothing.
  public static let fewestPictures = 300
  static let manyPictures = 1000
  static let sure = 0.8

  /// What the two gave for one picture.
  public struct Answers: Hashable, Sendable {
    /// Index of the best class.
    public var full: Int
    /// Of it, 0 to 1.
    public var probability: Double
    public var int8: Int
    /// The classes that would be right; empty without a label.
    public var right: Set<Int>

    public init(full: Int, probability: Double, int8: Int, right: Set<Int> = []) {
      self.full = full
      self.probability = probability
      self.int8 = int8
      self.right = right
    }
  }

  /// Pictures compared.
  public private(set) var pictures = 0
  public private(set) var agreeing = 0
  /// Pictures of which full precision is at least 0.8 sure.
  public private(set) var sure = 0
  public private(set) var sureAgreeing = 0
  public private(set) var labelled = 0
  public private(set) var fullRight = 0
  public private(set) var int8Right = 0
  /// Labelled pictures that full precision alone had right, and that int8 alone had right.
  public private(set) var lost = 0
  public private(set) var won = 0

  public init() {}

  public mutating func add(_ answers: Answers) {
    let agrees = answers.full == answers.int8
    pictures += 1
    if agrees { agreeing += 1 }
    if answers.probability >= Self.sure {
      sure += 1
      if agrees { sureAgreeing += 1 }
    }
    guard !answers.right.isEmpty else { return }
    labelled += 1
    let (full, int8) = (answers.right.contains(answers.full), answers.right.contains(answers.int8))
    if full { fullRight += 1 }
    if int8 { int8Right += 1 }
    if full, !int8 { lost += 1 }
    if int8, !full { won += 1 }
  }

  // MARK: Figures

  /// What the promise is judged by; nil with too few pictures.
  public var basis: Int8Promise.Basis? {
    if labelled >= Self.fewestPictures { return .labels }
    return pictures >= Self.fewestPictures ? .agreement : nil
  }

  /// Share of the pictures for which both name the same class; 0 without pictures.
  public var agreement: Double { pictures == 0 ? 0 : Double(agreeing) / Double(pictures) }
  /// Nil where full precision is sure of none.
  public var sureAgreement: Double? { sure == 0 ? nil : Double(sureAgreeing) / Double(sure) }

  /// Share of the labelled pictures that int8 lost, less those that it won; nil without labels.
  public var netDrop: Double? { labelled == 0 ? nil : Double(lost - won) / Double(labelled) }

  /// The one-sided 95% upper bound of `netDrop`: Wald's for paired shares with half a picture added to each of the four
  /// cells, which holds its level for small counts too (Agresti and Min 2005).
  public var dropBound: Double? {
    guard labelled > 0 else { return nil }
    let count = Double(labelled) + 2
    let (lost, won) = (Double(lost) + 0.5, Double(won) + 0.5)
    let spread = (lost + won - (lost - won) * (lost - won) / count).squareRoot() / count
    return (lost - won) / count + 1.644_853_6 * spread
  }

  // MARK: The promise

  /// Why int8 must not serve, one sentence; nil where it keeps its promise.
  public var complaint: String? {
    switch basis {
    case .labels: labelComplaint
    case .agreement: agreementComplaint
    case nil:
      "\(pictures) picture\(pictures == 1 ? "" : "s") could be compared, and fewer than \(Self.fewestPictures) "
        + "prove nothing"
    }
  }

  private var labelComplaint: String? {
    guard let bound = dropBound else { return nil }
    let isMany = labelled >= Self.manyPictures
    // In whole pictures, so that one in 300 of 300 is one: 1/300, or 3/1000.
    let isDropSmall = isMany ? (lost - won) * 1000 <= 3 * labelled : (lost - won) * 300 <= labelled
    guard isDropSmall else {
      return
        "of \(labelled) labelled pictures it has \(lost) wrong that full precision has right, and \(won) the other "
        + "way round: more than \(isMany ? "0.3 points" : "one in 300")"
    }
    let limit = isMany ? 0.01 : 0.02
    guard bound <= limit else {
      return "on \(labelled) labelled pictures it may be up to \(Self.points(bound)) points worse, "
        + "\(Self.points(limit)) are allowed"
    }
    return nil
  }

  private var agreementComplaint: String? {
    // Shares compared by multiplication: 0.995 × 800 is a little less than 796 in binary.
    guard sureAgreeing * 1000 >= sure * 995 else {
      return "it names another class for \(sure - sureAgreeing) of \(sure) pictures of which full precision is sure; "
        + "0.5% are allowed"
    }
    guard agreeing * 100 >= pictures * 85 else {
      return "it names another class for \(pictures - agreeing) of \(pictures) pictures; 15% are allowed"
    }
    return nil
  }

  /// - Returns: nil unless the promise is kept.
  public func promise(calibrated: Int, comparedWith precision: String) -> Int8Promise? {
    guard complaint == nil, let basis else { return nil }
    let drop = basis == .labels ? netDrop.map { BundleManifest.Metric(value: $0, high: dropBound) } : nil
    return Int8Promise(
      basis: basis, calibrated: calibrated, judged: basis == .labels ? labelled : pictures, drop: drop,
      agreement: agreement, sureAgreement: sureAgreement, comparedWith: precision)
  }

  /// Points of a hundred with two digits.
  private static func points(_ share: Double) -> String {
    let hundredths = Int((share * 10_000).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
