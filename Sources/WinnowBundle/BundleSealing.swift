import SystemPackage
import WinnowCore

/// Makes a draft's files durable and shared, and hashes them.
enum BundleSealing {
  /// SHA-256 in hexadecimal of every file but the manifest, by path within the bundle.
  static func seal(_ draft: FilePath) throws(WinnowError) -> [String: String] {
    var files: [String: String] = [:]
    try seal(draft, below: "", into: &files)
    return files
  }

  private static func seal(
    _ folder: FilePath, below prefix: String, into files: inout [String: String]
  ) throws(WinnowError) {
    for name in try BundleStorage.names(in: folder) {
      let path = folder.appending(name)
      switch try BundleStorage.kind(of: path) {
      case .folder:
        try seal(path, below: prefix + name + "/", into: &files)
        try BundleStorage.share(path, mode: 0o755)
      case .file:
        try BundleStorage.share(path, mode: 0o644)
        try BundleStorage.sync(path)
        if prefix + name != BundleManifest.fileName {
          files[prefix + name] = try BundleStorage.digest(of: path).hex
        }
      case .other:
        throw WinnowError(
          .invalidInput, "\(path.escaped) is neither a file nor a folder",
          remedy: "copy the file itself into the bundle")
      }
    }
    try BundleStorage.sync(folder)
  }
}
