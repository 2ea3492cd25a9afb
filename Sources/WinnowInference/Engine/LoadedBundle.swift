public import WinnowBundle
public import WinnowCore
import WinnowFiles

/// A bundle's contents, read and compared with their hashes before the worker gives up the right to open files.
public struct LoadedBundle: Sendable {
  public let manifest: BundleManifest
  /// `model.onnx`.
  public let network: [UInt8]
  /// SHA-256 of `network`.
  public let digest: ContentDigest
  /// Nil only in a draft.
  public let golden: GoldenAnswers?

  public init(_ bundle: ModelBundle) throws(WinnowError) {
    manifest = bundle.manifest
    network = try bundle.contents(of: ModelBundle.modelFile)
    golden = try bundle.goldenAnswers()
    var hasher = ContentHasher()
    hasher.update(network)
    digest = hasher.finish()
  }

  /// As a person names it; a draft by its name alone.
  public var label: String { manifest.version > 0 ? manifest.model.description : manifest.name }
}
