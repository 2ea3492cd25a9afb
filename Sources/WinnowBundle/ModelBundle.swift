public import SystemPackage
public import WinnowCore

/// One version of a model, opened from its folder. Published bundles never change.
public struct ModelBundle: Sendable {
  /// The network at fp32.
  public static let modelFile = "model.onnx"
  /// The mean feature of each class: `[classCount][width]`, float32, little-endian.
  public static let centresFile = "centres.f32"
  /// The network in int8, where the bundle has one.
  public static let int8ModelFile = "model.int8.onnx"
  /// The largest file that is read; ONNX itself ends at 2 GiB without external data.
  public static let largestFile = 2 << 30
  private static let largestManifest = 64 << 20

  public let path: FilePath
  public let manifest: BundleManifest
  public let classes: ClassList

  /// Opens a published bundle: reads and validates its manifest. The other files are checked as they are read.
  ///
  /// - Throws: `.notFound`, `.malformed`, `.unsupportedVersion`, `.invalidInput`.
  public init(at path: FilePath) throws(WinnowError) {
    try self.init(draft: path)
    guard manifest.version > 0, manifest.files[Self.modelFile] != nil else {
      throw WinnowError(
        .malformed, "the bundle \(path.escaped) was never published", remedy: "import the model anew")
    }
    guard manifest.int8 == nil || manifest.files[Self.int8ModelFile] != nil else {
      throw WinnowError(
        .malformed, "the bundle \(path.escaped) promises an int8 network and holds none",
        remedy: "roll back to another version, or quantize the model anew")
    }
  }

  /// Opens a bundle that is still being made: it has no version, no hashes, and perhaps no golden answers yet.
  public init(draft path: FilePath) throws(WinnowError) {
    self.path = path
    manifest = try BundleManifest(
      json: try BundleStorage.read(path.appending(BundleManifest.fileName), atMost: Self.largestManifest))
    classes = try ClassList(manifest.classes)
  }

  public var model: ModelVersion { manifest.model }

  /// The bytes of one of the bundle's files, compared with the hash the manifest has (a draft has none).
  ///
  /// - Parameter name: Relative to the bundle: `model.onnx`.
  /// - Throws: `.notFound` for a file the manifest does not name, `.bundleDamaged` for other bytes than published.
  public func contents(of name: String) throws(WinnowError) -> [UInt8] {
    let expected = try hash(of: name)
    let bytes = try BundleStorage.read(path.appending(name), atMost: Self.largestFile)
    if let expected, ContentHash.of(bytes) != expected { throw damaged(name) }
    return bytes
  }

  /// The answers this model is checked with; nil in a draft that has none yet.
  ///
  /// - Parameter int8: Those of its int8 network.
  public func goldenAnswers(int8: Bool = false) throws(WinnowError) -> GoldenAnswers? {
    let file = int8 ? GoldenAnswers.int8FileName : GoldenAnswers.fileName
    let isThere =
      manifest.version > 0
      ? manifest.files[file] != nil
      : BundleStorage.exists(path.appending(file))
    guard isThere else { return nil }
    let golden = try GoldenAnswers(json: try contents(of: file))
    guard golden.answers.allSatisfy({ $0.logits.count == classes.count }) else {
      throw WinnowError(
        .malformed, "\(file) of \(model) does not have one logit for each class",
        remedy: "import the model anew")
    }
    return golden
  }

  /// Reads every file and compares it with its hash.
  public func verify() throws(WinnowError) {
    for (name, hex) in manifest.files.sorted(by: { $0.key < $1.key }) {
      guard let expected = ContentDigest(hex: hex) else { throw damaged(name) }
      if try BundleStorage.digest(of: path.appending(name)) != expected { throw damaged(name) }
    }
  }

  private func hash(of name: String) throws(WinnowError) -> ContentDigest? {
    if manifest.version == 0 { return nil }
    guard let hex = manifest.files[name] else {
      throw WinnowError(.notFound, "the bundle \(model) has no \(name)")
    }
    guard let digest = ContentDigest(hex: hex) else { throw damaged(name) }
    return digest
  }

  private func damaged(_ name: String) -> WinnowError {
    WinnowError(
      .bundleDamaged, "\(path.appending(name).escaped) is not what was published as \(model)",
      remedy: "roll back to another version, restore the file from a backup, or import the model anew")
  }
}

extension WinnowError.Code {
  /// A file of a published bundle has changed.
  public static let bundleDamaged = Self("bundle_damaged")
}
