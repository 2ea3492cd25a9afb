public import WinnowBundle
public import WinnowCore
import WinnowFiles

/// A bundle's contents, read and compared with their hashes before the worker gives up the right to open files.
public struct LoadedBundle: Sendable {
  public let manifest: BundleManifest
  /// The precision that `network` and `golden` are for.
  public let isInt8: Bool
  /// `model.onnx`, or `model.int8.onnx`.
  public let network: [UInt8]
  /// SHA-256 of `network`.
  public let digest: ContentDigest
  /// Nil only in a draft.
  public let golden: GoldenAnswers?
  /// Nil where the bundle says nothing of what is familiar to it.
  public let centres: ClassCentres?

  /// - Parameter precision: What it is going to be run at; int8 has a network of its own.
  public init(_ bundle: ModelBundle, for precision: Precision = .fp32) throws(WinnowError) {
    manifest = bundle.manifest
    isInt8 = precision == .int8
    network = try bundle.contents(of: isInt8 ? ModelBundle.int8ModelFile : ModelBundle.modelFile)
    golden = try bundle.goldenAnswers(int8: isInt8)
    let hasCentres = manifest.familiarity != nil && manifest.files[ModelBundle.centresFile] != nil
    centres =
      hasCentres
      ? ClassCentres(try bundle.contents(of: ModelBundle.centresFile), classCount: manifest.classes.count) : nil
    var hasher = ContentHasher()
    hasher.update(network)
    digest = hasher.finish()
  }

  /// As a person names it; a draft by its name alone.
  public var label: String { manifest.version > 0 ? manifest.model.description : manifest.name }
}
