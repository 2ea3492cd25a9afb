public import WinnowCore

/// The pictures that a model was taught, by the hashes of their bytes: a test on one of them proves nothing.
public struct TaughtDigests: Hashable, Sendable {
  public static let fileName = "taught.sha256"

  private let digests: Set<ContentDigest>

  public init(_ digests: Set<ContentDigest>) { self.digests = digests }

  /// What a bundle says; nothing where it says nothing.
  ///
  /// - Throws: As `ModelBundle.contents(of:)`; `.malformed`.
  public init(of bundle: ModelBundle) throws(WinnowError) {
    guard bundle.manifest.files[Self.fileName] != nil else {
      digests = []
      return
    }
    let bytes = try bundle.contents(of: Self.fileName)
    guard bytes.count % 32 == 0 else {
      throw WinnowError(
        .malformed, "\(bundle.model) does not say which pictures it was taught", remedy: "train it anew")
    }
    digests = Set(
      stride(from: 0, to: bytes.count, by: 32).compactMap { ContentDigest(bytes: Array(bytes[$0..<$0 + 32])) })
  }

  public func contains(_ digest: ContentDigest) -> Bool { digests.contains(digest) }

  /// 32 bytes each, sorted.
  public var bytes: [UInt8] {
    digests.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }.flatMap(\.self)
  }
}
