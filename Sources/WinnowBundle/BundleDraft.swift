import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// A folder in the library in which a bundle is being made. It goes with its last owner unless it is published; what a
/// killed program leaves is removed when the next draft is made.
public struct BundleDraft: ~Copyable {
  /// Put `model.onnx`, `golden.json`, `report/` … here. `ModelLibrary.publish` writes the manifest.
  public let path: FilePath
  /// Locked as long as somebody works on the draft.
  private let lock: OwnedDescriptor
  private var isPublished = false

  static let prefix = ".draft-"

  init(in root: FilePath) throws(WinnowError) {
    let path = root.appending(Self.prefix + String(UInt64.random(in: 0 ... .max), radix: 36))
    try BundleStorage.makeFolder(path)
    let folder = try BundleStorage.open(path, O_RDONLY | O_DIRECTORY)
    guard flock(folder.raw, LOCK_EX | LOCK_NB) == 0 else { throw BundleStorage.fault("lock", path) }
    self.path = path
    lock = folder
  }

  deinit { if !isPublished { try? BundleStorage.remove(path) } }

  /// Writes one file of the bundle.
  ///
  /// - Parameter name: Relative to the draft; folders on the way must be there.
  public borrowing func write(_ bytes: [UInt8], to name: String) throws(WinnowError) {
    try BundleStorage.write(bytes, to: path.appending(name))
  }

  /// Writes a manifest for whoever looks at the draft before it is published, such as the worker that computes its
  /// golden answers.
  public borrowing func write(_ manifest: BundleManifest) throws(WinnowError) {
    var manifest = manifest
    manifest.version = 0
    manifest.files = [:]
    try manifest.validate()
    try BundleStorage.replace(path.appending(BundleManifest.fileName), with: try manifest.json())
  }

  /// Writes what another bundle holds, its manifest and the files `excluded` left out.
  ///
  /// - Throws: As `ModelBundle.contents(of:)`.
  public borrowing func copyFiles(of bundle: ModelBundle, except excluded: Set<String>) throws(WinnowError) {
    for name in bundle.manifest.files.keys.sorted() where !excluded.contains(name) {
      let bytes = try bundle.contents(of: name)
      var folder = path
      for step in name.split(separator: "/").dropLast() {
        folder = folder.appending(String(step))
        if !BundleStorage.exists(folder) { try BundleStorage.makeFolder(folder) }
      }
      try write(bytes, to: name)
    }
  }

  consuming func markPublished() { isPublished = true }

  /// Removes drafts whose makers are gone.
  static func removeAbandoned(in root: FilePath) throws(WinnowError) {
    for name in try BundleStorage.names(in: root) where name.hasPrefix(prefix) {
      let path = root.appending(name)
      guard let folder = try? BundleStorage.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { continue }
      if flock(folder.raw, LOCK_EX | LOCK_NB) == 0 { try? BundleStorage.remove(path) }
    }
  }
}
