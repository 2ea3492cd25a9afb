import WinnowCore

/// Which pictures belong together, and why: exact copies, near duplicates, and bursts, which one camera took within
/// seconds. Pictures that belong together never lie in two parts.
public struct PictureKinship {
  enum Reason: String, Codable, Comparable {
    case alone
    case burst
    case nearDuplicate = "near_duplicate"
    case exactDuplicate = "exact_duplicate"

    private var strength: Int {
      switch self {
      case .alone: 0
      case .burst: 1
      case .nearDuplicate: 2
      case .exactDuplicate: 3
      }
    }

    static func < (left: Self, right: Self) -> Bool { left.strength < right.strength }
  }

  struct Link {
    var first: Int
    var second: Int
    var reason: Reason
  }

  /// Pictures of one camera no further apart than this are a burst. Long enough for a camera that writes whole seconds.
  static let burstGap: Int64 = 3_000_000_000

  /// Every picture is linked to another of its group.
  let links: [Link]
  /// For each picture the smallest index in its group.
  public let groups: [Int]
  /// For each picture the strongest link it has.
  let reasons: [Reason]

  public init(_ survey: DatasetSurvey) {
    var links = survey.exactCopies.map { Link(first: $0.first, second: $0.second, reason: .exactDuplicate) }
    links += survey.nearDuplicates.map { Link(first: $0.first, second: $0.second, reason: .nearDuplicate) }
    links += Self.bursts(survey.pictures)
    self.init(count: survey.pictures.count, links)
  }

  init(count: Int, _ links: [Link]) {
    var parents = Array(0..<count)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[parents[index]]
        index = parents[index]
      }
      return index
    }
    var reasons = Array(repeating: Reason.alone, count: count)
    for link in links {
      let (first, second) = (root(link.first), root(link.second))
      parents[max(first, second)] = min(first, second)
      for index in [link.first, link.second] { reasons[index] = max(reasons[index], link.reason) }
    }
    self.links = links
    self.reasons = reasons
    groups = (0..<count).map { root($0) }
  }

  private static func bursts(_ pictures: [DatasetSurvey.Picture]) -> [Link] {
    let dated = pictures.indices.compactMap { index -> (camera: Int32, time: Int64, index: Int)? in
      let picture = pictures[index]
      guard picture.camera >= 0, let taken = picture.taken else { return nil }
      return (picture.camera, taken.nanoseconds, index)
    }.sorted { $0 < $1 }
    return zip(dated, dated.dropFirst()).compactMap { before, after in
      guard before.camera == after.camera else { return nil }
      let (gap, isFar) = after.time.subtractingReportingOverflow(before.time)
      return isFar || gap > burstGap
        ? nil : Link(first: min(before.index, after.index), second: max(before.index, after.index), reason: .burst)
    }
  }
}
