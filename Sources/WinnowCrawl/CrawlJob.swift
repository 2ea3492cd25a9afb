import WinnowCore

/// A picture on its way from the source to the folder.
struct CrawlJob {
  var candidate: PictureCandidate
  /// Where it is fetched from now.
  var address: WebAddress?
  var hops = 0
  /// Why the places that were tried gave nothing.
  var failures: [FailureReason] = []
  var download: Download?

  init(_ candidate: PictureCandidate) {
    self.candidate = candidate
    if case .web(let address) = candidate.place { self.address = address }
  }

  /// Turns to the next place that may have the picture.
  ///
  /// - Returns: Whether there is one.
  mutating func turn(after reason: FailureReason) -> Bool {
    failures.append(reason)
    download?.discard()
    download = nil
    guard !candidate.others.isEmpty else { return false }
    address = candidate.others.removeFirst()
    hops = 0
    return true
  }

  /// Where the bytes came from.
  var url: String { address?.text ?? candidate.url }
}
