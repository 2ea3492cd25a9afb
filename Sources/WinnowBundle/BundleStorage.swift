import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// What the library needs of the disk. Folders and files it makes are readable by everybody and, made by root, belong
/// to whoever owns the folder they are made in, so that a daemon under its own user can go on with them.
enum BundleStorage {
  static func fault(_ operation: String, _ path: FilePath) -> WinnowError {
    SystemFault(operation, errno: errno).about(path.escaped)
  }

  static func open(_ path: FilePath, _ flags: Int32, mode: mode_t = 0) throws(WinnowError) -> OwnedDescriptor {
    while true {
      let descriptor = path.withPlatformString { Glibc.open($0, flags | O_CLOEXEC, mode) }
      if descriptor >= 0 { return OwnedDescriptor(descriptor) }
      if errno != EINTR { throw fault("open", path) }
    }
  }

  static func exists(_ path: FilePath) -> Bool { path.withPlatformString { access($0, F_OK) } == 0 }

  static func makeFolder(_ path: FilePath) throws(WinnowError) {
    guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 else { throw fault("make the folder", path) }
    try share(path, mode: 0o755)
  }

  /// Makes a folder, unless it is there, also where another program makes it at the same time.
  static func makeFolderUnlessThere(_ path: FilePath) throws(WinnowError) {
    if path.withPlatformString({ mkdir($0, 0o755) }) != 0 {
      guard errno == EEXIST else { throw fault("make the folder", path) }
      return
    }
    try share(path, mode: 0o755)
  }

  /// Makes the folders above a path that are not there, for their owner alone.
  static func makeMissingFolders(above path: FilePath) throws(WinnowError) {
    var missing: [FilePath] = []
    var folder = path.removingLastComponent()
    while folder.lastComponent != nil, !exists(folder) {
      missing.append(folder)
      folder = folder.removingLastComponent()
    }
    for folder in missing.reversed() where folder.withPlatformString({ mkdir($0, 0o700) }) != 0 && errno != EEXIST {
      throw fault("make the folder", folder)
    }
  }

  /// Sets the mode whatever the umask, and gives the entry to the owner of its folder where this is root.
  static func share(_ path: FilePath, mode: mode_t) throws(WinnowError) {
    guard path.withPlatformString({ chmod($0, mode) }) == 0 else { throw fault("set the mode of", path) }
    try adopt(path)
  }

  static func adopt(_ path: FilePath) throws(WinnowError) {
    guard geteuid() == 0 else { return }
    var folder = stat()
    guard path.removingLastComponent().withPlatformString({ stat($0, &folder) }) == 0,
      path.withPlatformString({ lchown($0, folder.st_uid, folder.st_gid) }) == 0
    else { throw fault("give to the folder's owner", path) }
  }

  static func sync(_ path: FilePath) throws(WinnowError) {
    let descriptor = try open(path, O_RDONLY)
    guard fsync(descriptor.raw) == 0 else { throw fault("sync", path) }
  }

  static func rename(_ from: FilePath, to: FilePath) throws(WinnowError) {
    let answer = from.withPlatformString { from in to.withPlatformString { to in Glibc.rename(from, to) } }
    guard answer == 0 else { throw fault("rename to", to) }
  }

  /// Writes and syncs a file that is not there yet.
  static func write(_ bytes: [UInt8], to path: FilePath) throws(WinnowError) {
    let file = try open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file.raw, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault("write", path)
      }
      written += count
    }
    guard fsync(file.raw) == 0 else { throw fault("sync", path) }
    try share(path, mode: 0o644)
  }

  /// Writes under a temporary name, then renames over what is there: old or new contents, never a mixture.
  static func replace(_ path: FilePath, with bytes: [UInt8]) throws(WinnowError) {
    let temporary = temporaryName(beside: path)
    do {
      try write(bytes, to: temporary)
      try rename(temporary, to: path)
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
    try sync(path.removingLastComponent())
  }

  /// Makes the symbolic link `path` point to `target`, atomically.
  static func switchLink(_ path: FilePath, to target: String) throws(WinnowError) {
    let temporary = temporaryName(beside: path)
    guard temporary.withPlatformString({ symlink(target, $0) }) == 0 else { throw fault("make a link to", path) }
    do {
      try adopt(temporary)
      try rename(temporary, to: path)
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
    try sync(path.removingLastComponent())
  }

  /// Where the symbolic link points; nil when there is none.
  static func linkTarget(_ path: FilePath) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = path.withPlatformString { readlink($0, &buffer, buffer.count) }
    guard count > 0, count < buffer.count else { return nil }
    return String(validating: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The whole of a regular file.
  static func read(_ path: FilePath, atMost limit: Int) throws(WinnowError) -> [UInt8] {
    let file = try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    var about = stat()
    guard fstat(file.raw, &about) == 0 else { throw fault("look at", path) }
    guard about.st_mode & S_IFMT == S_IFREG else {
      throw WinnowError(.malformed, "\(path.escaped) is not a regular file")
    }
    guard about.st_size <= limit else {
      throw WinnowError(.malformed, "\(path.escaped) has \(about.st_size) bytes, \(limit) are allowed")
    }
    var bytes = [UInt8](repeating: 0, count: Int(about.st_size))
    var filled = 0
    while filled < bytes.count {
      let size = bytes.count
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.pread(file.raw, buffer.baseAddress.map { $0 + filled }, size - filled, off_t(filled))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault("read", path)
      }
      guard count > 0 else { throw WinnowError(.malformed, "\(path.escaped) became shorter while it was read") }
      filled += count
    }
    return bytes
  }

  static func digest(of path: FilePath) throws(WinnowError) -> ContentDigest {
    let file = try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    var hasher = ContentHasher()
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(file.raw, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault("read", path)
      }
      if count == 0 { return hasher.finish() }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  /// Names in a folder, sorted, without `.` and `..`.
  static func names(in path: FilePath) throws(WinnowError) -> [String] {
    guard let folder = path.withPlatformString({ opendir($0) }) else { throw fault("read the folder", path) }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { String(decodingCString: $0, as: UTF8.self) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw fault("read the folder", path) }
    return names.sorted()
  }

  enum Kind { case file, folder, other }

  static func kind(of path: FilePath) throws(WinnowError) -> Kind {
    var about = stat()
    guard path.withPlatformString({ lstat($0, &about) }) == 0 else { throw fault("look at", path) }
    return switch about.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
  }

  /// Removes a file, a link, or a folder with all in it; links are not followed.
  static func remove(_ path: FilePath) throws(WinnowError) {
    if try kind(of: path) == .folder {
      for name in try names(in: path) { try remove(path.appending(name)) }
      guard path.withPlatformString({ rmdir($0) }) == 0 else { throw fault("remove", path) }
    } else {
      guard path.withPlatformString({ unlink($0) }) == 0 else { throw fault("remove", path) }
    }
  }

  static func temporaryName(beside path: FilePath) -> FilePath {
    let name = path.lastComponent?.string ?? "entry"
    return path.removingLastComponent().appending(".\(name).\(String(UInt64.random(in: 0 ... .max), radix: 36))")
  }
}
