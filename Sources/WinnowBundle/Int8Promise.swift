/// The int8 network of a bundle, and how it kept its promise when the bundle was made: to answer as the full precision
/// does. A bundle whose int8 network broke it is never published.
public struct Int8Promise: Hashable, Sendable, Codable {
  /// What the two precisions were compared by.
  public enum Basis: String, Hashable, Sendable, Codable {
    /// Right and wrong answers on labelled pictures.
    case labels
    /// Equal answers, where too few pictures had labels.
    case agreement
  }

  public var basis: Basis
  /// Pictures that the ranges of the activations were taken from.
  public var calibrated: Int
  /// Other pictures, on which the two were compared; with labels, where these are the basis.
  public var judged: Int
  /// Share of the judged pictures, 0 to 1, that full precision had right and int8 wrong, less those the other way
  /// round; `high` is its one-sided 95% bound. Nil where the basis is agreement.
  public var drop: BundleManifest.Metric?
  /// Share of the judged pictures, 0 to 1, for which both name the same class.
  public var agreement: Double
  /// The same among those of which full precision is at least 0.8 sure; nil where there are none.
  public var sureAgreement: Double?
  /// Full precision as it was served then: `bf16` or `fp32`.
  public var comparedWith: String

  public init(
    basis: Basis, calibrated: Int, judged: Int, drop: BundleManifest.Metric?, agreement: Double,
    sureAgreement: Double?, comparedWith: String
  ) {
    self.basis = basis
    self.calibrated = calibrated
    self.judged = judged
    self.drop = drop
    self.agreement = agreement
    self.sureAgreement = sureAgreement
    self.comparedWith = comparedWith
  }

  /// How it was kept, for people.
  public var sentence: String {
    func percent(_ share: Double) -> String {
      let tenths = Int((share * 1000).rounded())
      return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
    let same = "the same class as \(comparedWith) for \(percent(agreement))% of \(judged) pictures"
    guard let drop else {
      return same + (sureAgreement.map { ", \(percent($0))% where that is sure" } ?? "")
    }
    let bound = drop.high.map { ", at most \(percent($0)) (95%)" } ?? ""
    return "\(percent(drop.value)) points lost to \(comparedWith) on \(judged) labelled pictures\(bound)"
  }

  private enum CodingKeys: String, CodingKey {
    case basis, calibrated, judged, drop, agreement
    case sureAgreement = "sure_agreement"
    case comparedWith = "compared_with"
  }
}
