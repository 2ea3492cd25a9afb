import CWinnowLinux
import Glibc
public import SystemPackage
public import WinnowCore

/// The real file system.
public final class LinuxFileSystem: FileSystem {
  public init() { cwinnow_ignore_lease_signal() }

  public func openRoot(_ path: FilePath) throws(SystemFault) -> Int32 {
    try SystemFault.check("open", path.withPlatformString { cwinnow_open_root($0) })
  }

  public func openFolder(_ path: FilePath, in folder: Int32) throws(SystemFault) -> Int32 {
    try SystemFault.check(
      "open", path.withPlatformString { cwinnow_open_beneath(folder, $0, O_RDONLY | O_DIRECTORY, 0) })
  }

  public func openFile(_ name: FilePath, in folder: Int32) throws(SystemFault) -> Int32 {
    // O_PATH touches nothing: opening a pipe or a device for reading could block or have effects.
    let reference = OwnedDescriptor(
      try SystemFault.check(
        "open", name.withPlatformString { cwinnow_open_beneath(folder, $0, Self.pathOnly | O_NOFOLLOW, 0) }))
    guard try status(of: reference.raw).kind == .regular else {
      throw SystemFault("open", errno: SystemFault.irregularFileErrno)
    }
    let flags = O_RDONLY | O_NONBLOCK
    let quiet = cwinnow_reopen(reference.raw, flags | Self.noAccessTime)
    // O_NOATIME is for owners only.
    return try SystemFault.check("read", quiet == -EPERM ? cwinnow_reopen(reference.raw, flags) : quiet)
  }

  public func createFile(_ name: FilePath, in folder: Int32, mode: UInt32) throws(SystemFault) -> Int32 {
    try SystemFault.check(
      "create",
      name.withPlatformString { cwinnow_open_beneath(folder, $0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode) })
  }

  public func close(_ descriptor: Int32) { _ = cwinnow_close(descriptor) }

  public func status(of descriptor: Int32) throws(SystemFault) -> FileStatus {
    var raw = cwinnow_status()
    _ = try SystemFault.check("look at", cwinnow_status(descriptor, "", &raw))
    return FileStatus(raw)
  }

  public func status(of name: FilePath, in folder: Int32) throws(SystemFault) -> FileStatus {
    var raw = cwinnow_status()
    _ = try SystemFault.check("look at", name.withPlatformString { cwinnow_status(folder, $0, &raw) })
    return FileStatus(raw)
  }

  public func handle(of descriptor: Int32) -> [UInt8] {
    let handle = [UInt8](unsafeUninitializedCapacity: 136) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      count = max(0, Int(cwinnow_handle(descriptor, start)))
    }
    return Self.isOfTheMountAlone(handle, descriptor) ? [] : handle
  }

  /// FUSE makes handles of numbers that its process counts up: after the next mount another file bears the same one.
  private static func isOfTheMountAlone(_ handle: [UInt8], _ descriptor: Int32) -> Bool {
    // FILEID_INO64_GEN and the same with a parent, which XFS answers as well.
    guard let kind = handle.first, kind == 0x81 || kind == 0x82 else { return false }
    var type: Int64 = 0
    return cwinnow_file_system_type(descriptor, &type) == 0 && FileSystemKind.isFUSE(type)
  }

  public func renameWithoutReplacing(
    _ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32
  ) throws(SystemFault) {
    try names(from, to, "rename") { cwinnow_rename_without_replacing(fromFolder, $0, toFolder, $1) }
  }

  public func renameReplacing(
    _ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32
  ) throws(SystemFault) {
    try names(from, to, "rename") { cwinnow_rename_replacing(fromFolder, $0, toFolder, $1) }
  }

  public func link(_ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32) throws(SystemFault) {
    try names(from, to, "link") { cwinnow_link(fromFolder, $0, toFolder, $1) }
  }

  public func makeSymbolicLink(_ name: FilePath, in folder: Int32, to target: FilePath) throws(SystemFault) {
    let answer = name.withPlatformString { name in
      target.withPlatformString { cwinnow_make_symbolic_link($0, folder, name) }
    }
    _ = try SystemFault.check("link", answer)
  }

  public func symbolicLinkTarget(_ name: FilePath, in folder: Int32) throws(SystemFault) -> FilePath {
    var answer: Int64 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      answer = name.withPlatformString { cwinnow_read_link(folder, $0, start, buffer.count) }
      count = Int(max(0, answer))
    }
    _ = try SystemFault.check("look at", answer)
    return FilePath(bytes: bytes)
  }

  public func unlink(_ name: FilePath, in folder: Int32) throws(SystemFault) {
    _ = try SystemFault.check("unlink", name.withPlatformString { cwinnow_unlink(folder, $0) })
  }

  public func makeFolder(_ name: FilePath, in folder: Int32) throws(SystemFault) {
    _ = try SystemFault.check("create", name.withPlatformString { cwinnow_make_folder(folder, $0) })
  }

  public func removeFolder(_ name: FilePath, in folder: Int32) throws(SystemFault) {
    _ = try SystemFault.check("remove", name.withPlatformString { cwinnow_remove_folder(folder, $0) })
  }

  public func read(_ descriptor: Int32, at offset: Int64, capacity: Int) throws(SystemFault) -> [UInt8] {
    var answer: Int64 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      answer = cwinnow_read(descriptor, start, capacity, offset)
      count = Int(max(0, answer))
    }
    _ = try SystemFault.check("read", answer)
    return bytes
  }

  public func copyContents(of from: Int32, to: Int32) throws(SystemFault) {
    if cwinnow_clone(from, to) == 0 { return }
    var offset: Int64 = 0
    while true {
      let copied = cwinnow_copy_range(from, offset, to, 16 << 20)
      if copied == 0 { return }
      if copied > 0 {
        offset += copied
        continue
      }
      guard [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM].contains(Int32(-copied)) else {
        throw SystemFault("copy", errno: Int32(-copied))
      }
      return try copyThroughMemory(of: from, at: offset, to: to)
    }
  }

  private func copyThroughMemory(of from: Int32, at start: Int64, to: Int32) throws(SystemFault) {
    var offset = start
    while true {
      let chunk = try read(from, at: offset, capacity: 1 << 20)
      if chunk.isEmpty { return }
      try writeContents(chunk, to: to)
      offset += Int64(chunk.count)
    }
  }

  public func shareContents(of from: Int32, with to: Int32) throws(SystemFault) {
    _ = try SystemFault.check("share", cwinnow_clone(from, to))
  }

  public func writeContents(_ contents: [UInt8], to descriptor: Int32) throws(SystemFault) {
    var written = 0
    while written < contents.count {
      let answer = contents.withUnsafeBytes { bytes -> Int64 in
        guard let base = bytes.baseAddress else { return 0 }
        return cwinnow_write(descriptor, base + written, bytes.count - written)
      }
      written += Int(try SystemFault.check("write", answer))
    }
  }

  public func copyMetadata(of from: Int32, to: Int32) throws(SystemFault) {
    _ = try SystemFault.check("copy the attributes of", cwinnow_copy_metadata(from, to))
  }

  public func setRights(_ rights: FileRights, of descriptor: Int32) throws(SystemFault) {
    func number(_ value: UInt32?) -> Int64 { value.map(Int64.init) ?? -1 }
    _ = try SystemFault.check(
      "change the rights of",
      cwinnow_set_rights(descriptor, number(rights.owner), number(rights.group), number(rights.mode)))
  }

  public func sync(_ descriptor: Int32) throws(SystemFault) {
    _ = try SystemFault.check("sync", cwinnow_sync(descriptor))
  }

  public func syncData(_ descriptor: Int32) throws(SystemFault) {
    _ = try SystemFault.check("sync", cwinnow_sync_data(descriptor))
  }

  public func syncFileSystem(of folder: Int32) throws(SystemFault) -> Bool {
    var type: Int64 = 0
    guard cwinnow_file_system_type(folder, &type) == 0, FileSystemKind.isDurableAfterSyncfs(type) else { return false }
    _ = try SystemFault.check("sync", cwinnow_sync_file_system(folder))
    return true
  }

  public func writerState(of descriptor: Int32) -> WriterState {
    switch cwinnow_take_lease(descriptor) {
    case 0:
      _ = cwinnow_drop_lease(descriptor)
      return .none
    case -EAGAIN: return .open
    default: return .unknown
    }
  }

  public func withoutWriters(
    of descriptor: Int32, _ body: () throws(SystemFault) -> Void
  ) throws(SystemFault) {
    let answer = cwinnow_take_lease(descriptor)
    if answer == -EAGAIN { throw SystemFault("lease", errno: EAGAIN) }
    defer { if answer == 0 { _ = cwinnow_drop_lease(descriptor) } }
    try body()
  }

  private func names(
    _ from: FilePath, _ to: FilePath, _ operation: String,
    _ call: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  ) throws(SystemFault) {
    let answer = from.withPlatformString { from in to.withPlatformString { to in call(from, to) } }
    _ = try SystemFault.check(operation, answer)
  }

  // Glibc declares these only for _GNU_SOURCE, which Swift's importer does not set.
  private static let pathOnly: Int32 = 0o10000000
  private static let noAccessTime: Int32 = 0o1000000
}

extension SystemFault {
  /// What `openFile` throws for anything but a regular file.
  public static let irregularFileErrno = EMEDIUMTYPE

  public var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }
  public var isTaken: Bool { errno == Self.takenErrno }
}

extension SystemFault {
  static let takenErrno = EEXIST
  static let crossesFileSystemsErrno = EXDEV
  /// What a file system answers that knows no RENAME_NOREPLACE.
  static let cannotPromiseErrno = EINVAL
  static let busyErrno = EAGAIN
  /// Not of the kernel's making: the file is no longer the settled one.
  static let changedErrno = Int32.max
  /// Not of the kernel's making: what was written does not read back.
  static let differsErrno = Int32.max - 2
  /// Not of the kernel's making: a root's mount is not there.
  public static let mountAwayErrno = Int32.max - 1
}

extension SystemFault {
  static let notPermittedErrno = EPERM
  static let notSupportedErrno = EOPNOTSUPP
  static let noSystemCallErrno = ENOSYS
  /// What file systems answer that know no ioctl.
  static let notATerminalErrno = ENOTTY
  static let tooManyLinksErrno = EMLINK
}
