import Glibc
public import SystemPackage
public import WinnowCore

/// The inboxes of `inbox add`: one file each in STATE/inboxes.d, in the format of all inbox files.
///
/// Only the daemon that holds the state folder's lock may add and remove.
public struct ConfigurationStore: Sendable {
  /// STATE/inboxes.d. Made by the first `add`.
  public let folder: FilePath

  public init(stateDirectory: FilePath) { folder = stateDirectory.appending("inboxes.d") }

  /// Whether the inbox is one of `inbox add`.
  public func holds(_ name: String) -> Bool {
    InboxName.isValid(name) && (try? Stat(file(ofInbox: name), followTargetSymlink: false)) != nil
  }

  /// Writes the inbox's file and returns once it survives a power cut. Check it together with all other inboxes
  /// first: `ConfigurationFile.load(…, adding:)`, then `checkRoots`.
  ///
  /// - Returns: The file.
  /// - Throws: `.invalidConfiguration` when the inbox itself is wrong, `.alreadyExists`, `.systemCall`.
  @discardableResult
  public func add(_ inbox: InboxAddition) throws(WinnowError) -> FilePath {
    let text = inbox.text(in: folder.removingLastComponent())
    do throws(InvalidConfiguration) {
      _ = try ConfigurationFile.parse([text])
    } catch {
      throw error.error
    }
    guard !holds(inbox.name) else {
      throw WinnowError(
        .alreadyExists, "there is an inbox \"\(inbox.name)\" already",
        remedy: "choose another name, or remove it first with winnowctl inbox remove")
    }
    try makeFolder()
    try write(text.bytes, to: text.file)
    return text.file
  }

  /// Removes the inbox's file and returns once that survives a power cut. No folder or picture is touched.
  ///
  /// - Throws: `.notFound` when the inbox is not one of `inbox add`, `.systemCall`.
  public func remove(_ name: String) throws(WinnowError) {
    guard holds(name) else {
      throw WinnowError(
        .notFound, "no inbox \"\(name)\" was added with winnowctl inbox add",
        remedy: "remove it from the configuration file that defines it; winnowctl config show names the file")
    }
    let file = file(ofInbox: name)
    guard file.withPlatformString({ unlink($0) }) == 0 else {
      throw Self.refused("remove", file, Errno(rawValue: errno))
    }
    try sync(folder)
  }

  // MARK: - Backup

  /// A file larger than this is no inbox; chosen.
  private static let largestFile = 1 << 20
  private static let ending = ".yaml"

  /// The files as they are, by the inboxes' names.
  public func files() -> [String: [UInt8]] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { return [:] }
    defer { closedir(stream) }
    var files: [String: [UInt8]] = [:]
    while let entry = readdir(stream) {
      let file = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let name = String(file.dropLast(Self.ending.count))
      if file.hasSuffix(Self.ending), InboxName.isValid(name) { files[name] = Self.read(self.file(ofInbox: name)) }
    }
    return files
  }

  /// Writes files that `files` gave; those that are there stay as they are.
  ///
  /// - Returns: the files that were written.
  /// - Throws: `.systemCall`.
  public func putBack(_ files: [String: [UInt8]]) throws(WinnowError) -> [FilePath] {
    // They come from outside: nothing in them names a file elsewhere.
    let wanted = files.filter { InboxName.isValid($0.key) && !holds($0.key) }.sorted { $0.key < $1.key }
    if !wanted.isEmpty { try makeFolder() }
    for (name, bytes) in wanted { try write(bytes, to: file(ofInbox: name)) }
    return wanted.map { file(ofInbox: $0.key) }
  }

  private static func read(_ file: FilePath) -> [UInt8]? {
    guard let descriptor = try? FileDescriptor.open(file, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
    else { return nil }
    defer { try? descriptor.close() }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while let count = try? buffer.withUnsafeMutableBytes({ try descriptor.read(into: $0) }) {
      if count == 0 { return bytes }
      bytes += buffer.prefix(count)
      if bytes.count > largestFile { return nil }
    }
    return nil
  }

  /// - Parameter name: Valid by `InboxName`, or the result is only for showing.
  func file(ofInbox name: String) -> FilePath {
    folder.appending("\(name).yaml")
  }

  private func makeFolder() throws(WinnowError) {
    if folder.withPlatformString({ mkdir($0, 0o755) }) == 0 {
      try sync(folder.removingLastComponent())
    } else if errno != EEXIST {
      throw Self.refused("make", folder, Errno(rawValue: errno))
    }
  }

  /// Temporary name, write, fsync, rename, fsync of the folder. The temporary name is hidden, so that a file left by a
  /// crash is never read as an inbox; the next write of the same inbox takes its place.
  private func write(_ bytes: [UInt8], to file: FilePath) throws(WinnowError) {
    let temporary = folder.appending(".\(file.lastComponent?.string ?? "").new")
    do {
      let descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
      try descriptor.closeAfter {
        try descriptor.writeAll(bytes)
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      let renamed = temporary.withPlatformString { old in file.withPlatformString { rename(old, $0) } }
      guard renamed == 0 else { throw Errno(rawValue: errno) }
    } catch {
      temporary.withPlatformString { _ = unlink($0) }
      throw Self.refused("write", file, error as? Errno)
    }
    try sync(folder)
  }

  private func sync(_ folder: FilePath) throws(WinnowError) {
    do {
      let descriptor = try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
      try descriptor.closeAfter {
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    } catch {
      throw Self.refused("sync", folder, error as? Errno)
    }
  }

  private static func refused(_ verb: String, _ path: FilePath, _ errno: Errno?) -> WinnowError {
    let remedy =
      switch errno {
      case .noSpace?: "free some space on its disk"
      case .permissionDenied?, .notPermitted?, .readOnlyFileSystem?: "let the daemon's user write there"
      default: "check the state folder with winnowctl doctor"
      }
    return WinnowError(
      .systemCall, "cannot \(verb) \(path)", remedy: remedy, cause: errno.map { "\($0)" })
  }
}
