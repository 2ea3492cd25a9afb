import Glibc

/// Files as the tests make and look at them. Paths are strings, except where a name is no UTF-8.
enum Files {
  static func read(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("read", path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  static func text(_ path: String) -> String { String(decoding: (try? read(path)) ?? [], as: UTF8.self) }

  /// Writes a file under its own name, as cp does.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try append(bytes, to: path, flags: O_CREAT | O_TRUNC)
  }

  static func append(_ bytes: [UInt8], to path: String, flags: Int32 = 0) throws {
    let file = open(path, O_WRONLY | O_CLOEXEC | (flags == 0 ? O_APPEND : flags), 0o644)
    guard file >= 0 else { throw failure("write", path) }
    defer { close(file) }
    try write(bytes, to: file, path)
  }

  static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, bytes.count - written) }
      guard count >= 0 else { throw failure("write", path) }
      written += count
    }
  }

  static func rename(_ path: String, to target: String) throws {
    guard Glibc.rename(path, target) == 0 else { throw failure("rename", path) }
  }

  static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("make", path) }
  }

  static func remove(_ path: String) throws {
    guard Glibc.remove(path) == 0 else { throw failure("remove", path) }
  }

  static func exists(_ path: String) -> Bool { status(path) != nil }

  /// Of the name itself, no link followed.
  static func status(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  /// Names in a folder, `.` and `..` left out; those that are no UTF-8 with replacement characters.
  static func names(in folder: String) -> [String] { rawNames(in: folder).map { String(decoding: $0, as: UTF8.self) } }

  static func rawNames(in folder: String) -> [[UInt8]] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let length = Int(entry.pointee.d_reclen) - (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        Array(bytes.prefix(min(length, bytes.count)).prefix { $0 != 0 })
      }
      if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  static func target(ofLink path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }

  static func failure(_ operation: String, _ path: String) -> Program.Failure {
    Program.Failure(description: "cannot \(operation) \(path): \(String(cString: strerror(errno)))")
  }
}
