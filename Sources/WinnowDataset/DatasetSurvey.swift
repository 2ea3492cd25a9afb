public import WinnowCore
import WinnowFiles
public import WinnowSupervision

/// What one pass of looks over a data set leaves behind: of each picture as much as it takes to say which belong
/// together, some 50 bytes.
public struct DatasetSurvey {
  /// A SHA-256 without a heap object of its own.
  public struct Digest: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    public init(_ digest: ContentDigest) {
      var words = SIMD4<UInt64>()
      for (index, byte) in digest.bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
      self.words = words
    }

    /// A number that the bytes alone decide, as good as drawn.
    public var draw: UInt64 { words[0] }

    public var hex: String {
      (0..<4).map { index in
        let digits = String(words[index], radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
    }
  }

  public struct Picture {
    /// Index in the folder's files.
    public var file: Int32
    /// Index in `cameras`, -1 for none.
    var camera: Int32
    /// Nil where the file does not say when it was taken.
    var taken: Timestamp?
    public var digest: Digest
  }

  /// A file that is no picture for us.
  public struct Reject {
    public var file: Int32
    /// A refusal's kind, or `unreadable`.
    public var reason: String
    public var detail: String
  }

  public private(set) var pictures: [Picture] = []
  public private(set) var rejects: [Reject] = []
  /// Pictures with the same bytes as an earlier one, which comes first.
  private(set) var exactCopies: [(first: Int, second: Int)] = []
  /// Pictures that look the same without being the same bytes.
  private(set) var nearDuplicates: [(first: Int, second: Int)] = []
  private var firstByDigest: [Digest: Int32] = [:]
  private var cameras: [String: Int32] = [:]

  /// Looks at every file of the folder.
  ///
  /// - Parameters:
  ///   - report: the share done, 0 to 1, and a few words.
  ///   - each: what else is wanted of a look at a file, by its index.
  /// - Throws: `.jobCancelled`; what `looker` and `each` throw.
  public init(
    of folder: DatasetFolder, by looker: some PictureLooking, wishing wishes: LookWishes = LookWishes(),
    cancellation: Cancellation, report: (Double, String) -> Void,
    each: (Int, LookOutcome) throws(WinnowError) -> Void = { _, _ in }
  ) throws(WinnowError) {
    let count = folder.files.count
    try self.init(
      of: folder.subjects(at: 0..<count), count: count, by: looker, wishing: wishes, cancellation: cancellation,
      report: report, each: each)
  }

  /// Looks at so many files, wherever they lie; `Picture.file` is then the place among them.
  public init(
    of subjects: some Sequence<LookSubject>, count: Int, by looker: some PictureLooking, wishing wishes: LookWishes,
    cancellation: Cancellation, report: (Double, String) -> Void,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    var near = NearDuplicates()
    // The picture behind each number of `near`; exact copies have none.
    var compared: [Int32] = []
    try looker.look(at: subjects, wishes) { index, outcome throws(WinnowError) in
      try cancellation.check()
      if let look = take(index, outcome) {
        compared.append(Int32(pictures.count - 1))
        near.add(look)
      }
      try each(index, outcome)
      // A thousand steps are as fine as anybody looks.
      if index % max(1, count / 1000) == 0 { report(Double(index) / Double(count), "looked at \(index) of \(count)") }
    }
    report(1, "comparing \(compared.count) pictures")
    nearDuplicates = near.pairs().map { (Int(compared[$0.first]), Int(compared[$0.second])) }
    if let problem = near.problem { throw problem }
    firstByDigest = [:]
  }

  /// - Returns: the look at a picture whose bytes have not come before.
  private mutating func take(_ index: Int, _ outcome: LookOutcome) -> PictureLook? {
    switch outcome {
    case .looked(let look, _):
      let id = Int32(pictures.count)
      let digest = Digest(look.facts.digest)
      let camera = look.facts.camera.map { name in
        let number = cameras[name] ?? Int32(cameras.count)
        cameras[name] = number
        return number
      }
      pictures.append(
        Picture(file: Int32(index), camera: camera ?? -1, taken: look.facts.captureTime, digest: digest))
      if let first = firstByDigest[digest] {
        exactCopies.append((Int(first), Int(id)))
      } else {
        firstByDigest[digest] = id
        return look
      }
    case .refused(let refusal, _):
      rejects.append(Reject(file: Int32(index), reason: refusal.kind.rawValue, detail: refusal.detail))
    case .unreadable(let error):
      rejects.append(Reject(file: Int32(index), reason: Refusal.Kind.unreadable.rawValue, detail: error.message))
    }
    return nil
  }
}
