public import SystemPackage

/// Turns what the worker said into a decision: a pure function.
public struct RoutingPolicy: Hashable, Sendable {
  /// Least probability for a class folder, 0 to 1.
  public var threshold: Double
  public var template: DestinationTemplate
  /// Whether the inbox has a folder for what looks like nothing known.
  public var hasNoneFolder: Bool
  /// What people call a class in this inbox, by the model's label: they renamed its folder.
  public var classNames: [String: String] = [:]
  /// What is less familiar to the model than this is not sorted, −1 to 1; nil: all may be.
  public var leastFamiliarity: Double?
  /// Whether a picture whose class is not sure enough goes to the deepest node above it that is. Not where a share of
  /// errors is promised: nobody has measured the nodes.
  public var backsOff = true
  /// Why nothing is sorted for now, whatever the threshold; nil where pictures are.
  public var withheld: String?

  public init(threshold: Double, template: DestinationTemplate, hasNoneFolder: Bool = false) {
    self.threshold = threshold
    self.template = template
    self.hasNoneFolder = hasNoneFolder
  }

  /// The class that never gets a folder.
  static let noneLabel = "none"

  /// - Parameter others: how many more pictures of a burst the answer is the mean of.
  public func decide(_ prediction: Prediction, others: Int, facts: DestinationTemplate.Facts) -> Decision {
    let decision = decide(prediction, facts: facts)
    guard others > 0, case .move(let area, let folder, let outcome, let reason) = decision else { return decision }
    let company = others == 1 ? "1 other" : "\(others) others"
    return .move(
      area: area, folder: folder, outcome: outcome, reason: "\(reason), decided with \(company) of a burst")
  }

  public func decide(_ prediction: Prediction, facts: DestinationTemplate.Facts) -> Decision {
    guard let best = prediction.top.first else {
      return .move(area: .review, folder: FilePath(), outcome: .review, reason: "the model gave no answer")
    }
    let share = Self.percent(best.probability)
    if best.label == Self.noneLabel {
      return .move(
        area: hasNoneFolder ? .none : .review, folder: FilePath(), outcome: .review,
        reason: "looks like nothing the model knows (\(share))")
    }
    if let withheld {
      return .move(
        area: .review, folder: FilePath(), outcome: .review, reason: "\(best.label) \(share): \(withheld)")
    }
    let node = best.probability >= threshold || !backsOff ? nil : ClassTree.deepestNode(of: prediction.top, threshold)
    guard best.probability >= threshold || node != nil else {
      let second = prediction.top.dropFirst().first.map { ", then \($0.label) \(Self.percent($0.probability))" } ?? ""
      return .move(
        area: .review, folder: FilePath(), outcome: .review,
        reason: "\(best.label) \(share)\(second): below the threshold of \(Self.percent(threshold))")
    }
    // A threshold of 0 asks for everything to be sorted.
    if threshold > 0, let least = leastFamiliarity, let familiarity = prediction.familiarity, familiarity < least {
      return .move(
        area: hasNoneFolder ? .none : .review, folder: FilePath(), outcome: .review,
        reason: "\(best.label) \(share), but it looks unlike anything that \(prediction.model) was taught")
    }
    if let node {
      return .move(
        area: .output, folder: folder(of: node.label, facts: facts), outcome: .sorted,
        reason: "\(node.label) \(Self.percent(node.probability)), of which \(best.label) \(share)")
    }
    return .move(
      area: .output, folder: folder(of: best.label, facts: facts), outcome: .sorted, reason: "\(best.label) \(share)")
  }

  /// Where below the output a picture of this class goes, under the name that people gave the class.
  public func folder(of label: String, facts: DestinationTemplate.Facts) -> FilePath {
    template.folder(label: classNames[label] ?? label, facts: facts)
  }

  /// What becomes of a file that the worker refused. A truncated one gets here only once it counts as such for good.
  public func decide(_ refusal: Refusal) -> Decision {
    switch refusal.kind {
    case .notAPicture, .unsupportedFormat:
      .leave(reason: "\(Self.phrase(refusal.kind)): \(refusal.detail)")
    // The disk's fault or the share's, not the file's.
    case .unreadable:
      .retry(reason: "\(Self.phrase(refusal.kind)): \(refusal.detail)")
    case .truncated, .corrupt, .tooLarge, .timedOut, .outOfMemory, .poison:
      .move(
        area: .quarantine, folder: FilePath(), outcome: .quarantined,
        reason: "\(Self.phrase(refusal.kind)): \(refusal.detail)")
    }
  }

  private static func phrase(_ kind: Refusal.Kind) -> String {
    switch kind {
    case .notAPicture: "not a picture"
    case .unsupportedFormat: "a format that is not supported"
    case .truncated: "truncated"
    case .corrupt: "corrupt"
    case .tooLarge: "too large"
    case .timedOut: "took too long to decode"
    case .outOfMemory: "needs too much memory"
    case .unreadable: "cannot be read"
    case .poison: "ended the worker twice"
    }
  }

  /// `93.4%`; what is no share, as a broken worker could send, has none.
  public static func percent(_ share: Double) -> String {
    guard (0...1).contains(share) else { return "?%" }
    guard share.isFinite else { return "an impossible share" }
    let tenths = Int((min(max(share, 0), 1) * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }
}
