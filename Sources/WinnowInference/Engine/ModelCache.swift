import Glibc
public import SystemPackage
import WinnowBundle
public import WinnowCore
import WinnowFiles

/// Compiled networks of this machine, written by `winnow-worker --compile` alone: `KEY.blob`, and beside it
/// `KEY.sha256` with the hash of its bytes.
///
/// OpenVINO loads a blob with damaged bytes without a word (probed), so nothing is used whose hash is not the noted
/// one. Whatever is missing, damaged or of another version counts as absent.
public struct ModelCache: Sendable {
  public let folder: FilePath

  public init(folder: FilePath) { self.folder = folder }

  /// Everything a compiled network depends on.
  public struct Key: Hashable, Sendable {
    /// Names the model for people and for clearing up, ends in a hash of the rest.
    let text: String
    /// What files of the same model and precision start with.
    let family: String

    public init(_ bundle: LoadedBundle, settings: EngineSettings, processor: Set<String>, engine: String) {
      var hasher = ContentHasher()
      let input = bundle.manifest.input
      let parts: [String] = [
        "1", bundle.digest.hex, settings.precision.rawValue, "\(settings.threads)", "\(settings.streams)",
        "\(settings.largestBatch)", engine, processor.sorted().joined(separator: " "), input.layout.rawValue,
        input.colour.rawValue, "\(input.crop)", "\(input.mean)", "\(input.std)", "\(bundle.manifest.output)",
      ]
      for part in parts { hasher.update(Array(part.utf8) + [0]) }
      family = "\(bundle.manifest.name)@\(bundle.manifest.version)-\(settings.precision.rawValue)-"
      text = family + hasher.finish().hex.prefix(32)
    }
  }

  /// The bytes noted as `key`, when they are what was noted.
  public func blob(for key: Key) -> CompiledBlob? {
    guard let noted = read(path(key, "sha256"), atMost: 64), noted.bytes.count == 64,
      let expected = ContentDigest(hex: String(decoding: noted.bytes, as: UTF8.self)),
      let blob = read(path(key, "blob"), atMost: ModelBundle.largestFile), blob.digest() == expected
    else { return nil }
    return blob
  }

  /// Writes the compiled network and its hash, each whole or not at all, and removes what other settings left of the
  /// same model and precision.
  public func store(_ model: CompiledModel, as key: Key) throws(WinnowError) {
    if folder.withPlatformString({ mkdir($0, 0o755) }) != 0, errno != EEXIST { throw fault("make the folder", folder) }
    let temporary = folder.appending(".\(key.text).\(getpid())")
    defer { _ = temporary.withPlatformString { unlink($0) } }
    try model.export(to: temporary.string)
    try sync(temporary)
    guard let blob = read(temporary, atMost: ModelBundle.largestFile) else { throw fault("read", temporary) }
    try rename(temporary, to: path(key, "blob"))
    try write(Array(blob.digest().hex.utf8), to: temporary)
    try rename(temporary, to: path(key, "sha256"))
    try sync(folder)
    removeOthers(than: key)
  }

  private func path(_ key: Key, _ ending: String) -> FilePath { folder.appending("\(key.text).\(ending)") }

  private func removeOthers(than key: Key) {
    guard let entries = folder.withPlatformString({ opendir($0) }) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { String(decodingCString: $0, as: UTF8.self) }
      }
      if name.hasPrefix(key.family), !name.hasPrefix(key.text) {
        _ = folder.appending(name).withPlatformString { unlink($0) }
      }
    }
  }

  private func read(_ path: FilePath, atMost limit: Int) -> CompiledBlob? {
    guard let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return nil }
    var about = stat()
    guard fstat(file.raw, &about) == 0, about.st_mode & S_IFMT == S_IFREG, about.st_size <= limit else { return nil }
    return CompiledBlob(count: Int(about.st_size)) { memory in
      var filled = 0
      while filled < memory.count {
        let count = pread(file.raw, memory.baseAddress.map { $0 + filled }, memory.count - filled, off_t(filled))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        filled += count
      }
      return true
    }
  }

  private func write(_ bytes: [UInt8], to path: FilePath) throws(WinnowError) {
    guard let file = open(path, O_WRONLY | O_CREAT | O_EXCL),
      Glibc.write(file.raw, bytes, bytes.count) == bytes.count, fsync(file.raw) == 0
    else { throw fault("write", path) }
  }

  private func sync(_ path: FilePath) throws(WinnowError) {
    guard let file = open(path, O_RDONLY), fsync(file.raw) == 0 else { throw fault("sync", path) }
  }

  private func rename(_ from: FilePath, to: FilePath) throws(WinnowError) {
    let answer = from.withPlatformString { from in to.withPlatformString { to in Glibc.rename(from, to) } }
    guard answer == 0 else { throw fault("rename to", to) }
  }

  private func open(_ path: FilePath, _ flags: Int32) -> OwnedDescriptor? {
    let descriptor = path.withPlatformString { Glibc.open($0, flags | O_CLOEXEC, 0o644) }
    return descriptor >= 0 ? OwnedDescriptor(descriptor) : nil
  }

  private func fault(_ operation: String, _ path: FilePath) -> WinnowError {
    SystemFault(operation, errno: errno).about(path.escaped)
  }
}
