public import SystemPackage
public import WinnowCore

/// The seam between Winnow and the disk: what the mover needs of a file system, one system call each.
///
/// `LinuxFileSystem` is the real one; tests have a simulated disk that knows what is durable, fails call N and
/// crashes. Folders and files are descriptors; names are relative to them and never lead out.
public protocol FileSystem: AnyObject, Sendable {
  /// A root by its absolute path. The only call that follows symbolic links.
  func openRoot(_ path: FilePath) throws(SystemFault) -> Int32
  /// A folder below `folder`, through no symbolic link. An empty path is the folder itself once more.
  func openFolder(_ path: FilePath, in folder: Int32) throws(SystemFault) -> Int32
  /// A regular file for reading, without touching anything that is none: throws `EMEDIUMTYPE`-like faults of
  /// `irregularFileErrno` for pipes, sockets, devices, folders and links, without opening them.
  func openFile(_ name: FilePath, in folder: Int32) throws(SystemFault) -> Int32
  /// A new file for reading and writing; fails when the name is taken.
  func createFile(_ name: FilePath, in folder: Int32, mode: UInt32) throws(SystemFault) -> Int32
  func close(_ descriptor: Int32)

  func status(of descriptor: Int32) throws(SystemFault) -> FileStatus
  /// Of the name itself, a symbolic link not followed.
  func status(of name: FilePath, in folder: Int32) throws(SystemFault) -> FileStatus
  /// `name_to_handle_at`'s answer; empty where the file system has none.
  func handle(of descriptor: Int32) -> [UInt8]

  /// Fails with EEXIST when `to` is taken, EXDEV across file systems, EINVAL where it cannot promise not to replace.
  func renameWithoutReplacing(
    _ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32) throws(SystemFault)
  /// Replaces what is there.
  func renameReplacing(_ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32) throws(SystemFault)
  func link(_ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32) throws(SystemFault)
  /// Fails when the name is taken. The target is neither looked at nor changed.
  func makeSymbolicLink(_ name: FilePath, in folder: Int32, to target: FilePath) throws(SystemFault)
  /// What a symbolic link names.
  func symbolicLinkTarget(_ name: FilePath, in folder: Int32) throws(SystemFault) -> FilePath
  func unlink(_ name: FilePath, in folder: Int32) throws(SystemFault)
  /// With the mode, owner and group of the folder it is made in, and its default access control list.
  func makeFolder(_ name: FilePath, in folder: Int32) throws(SystemFault)
  func removeFolder(_ name: FilePath, in folder: Int32) throws(SystemFault)

  /// At most `capacity` bytes from `offset`; empty at the end.
  func read(_ descriptor: Int32, at offset: Int64, capacity: Int) throws(SystemFault) -> [UInt8]
  /// Copies the whole contents into an empty file, shared or in the kernel where possible.
  func copyContents(of from: Int32, to: Int32) throws(SystemFault)
  /// Makes an empty file share the whole contents of another (FICLONE).
  func shareContents(of from: Int32, with to: Int32) throws(SystemFault)
  /// Writes the whole contents of an empty file.
  func writeContents(_ bytes: [UInt8], to descriptor: Int32) throws(SystemFault)
  /// Mode, times, extended attributes, access control lists; the owner where permitted.
  func copyMetadata(of from: Int32, to: Int32) throws(SystemFault)

  /// Changes owner, group and mode as far as they are given.
  func setRights(_ rights: FileRights, of descriptor: Int32) throws(SystemFault)

  /// Makes a file's contents, or a folder's names, durable.
  func sync(_ descriptor: Int32) throws(SystemFault)
  /// Makes a file's contents durable through any descriptor of it.
  func syncData(_ descriptor: Int32) throws(SystemFault)

  /// Makes everything on the file system that `folder` lies on durable: contents and names, whoever wrote them.
  ///
  /// - Returns: false, and nothing is done, where the file system does not promise that.
  func syncFileSystem(of folder: Int32) throws(SystemFault) -> Bool

  /// Takes a read lease and drops it again.
  func writerState(of descriptor: Int32) -> WriterState
  /// Runs `body` while holding a read lease; without one where none is to be had.
  ///
  /// - Throws: a fault of EAGAIN when somebody has the file open for writing.
  func withoutWriters(of descriptor: Int32, _ body: () throws(SystemFault) -> Void) throws(SystemFault)
}

/// Whether somebody has a file open for writing.
public enum WriterState: Hashable, Sendable {
  case none
  case open
  /// Leases are not to be had here (not the owner, no CAP_LEASE, or a file system without them): the quiet time
  /// decides.
  case unknown
}

extension FileSystem {
  /// The fingerprint of an open file.
  public func fingerprint(of descriptor: Int32) throws(SystemFault) -> FileFingerprint {
    try status(of: descriptor).fingerprint(handle: handle(of: descriptor))
  }

  /// The status of a name, nil when there is none.
  public func statusIfPresent(of name: FilePath, in folder: Int32) throws(SystemFault) -> FileStatus? {
    do throws(SystemFault) {
      return try status(of: name, in: folder)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// A regular file's bytes, all of them.
  ///
  /// - Throws: a fault of EFBIG for more than `limit` bytes.
  public func contents(
    of name: FilePath, in folder: Int32, atMost limit: Int = .max
  ) throws(SystemFault) -> [UInt8] {
    let file = OwnedDescriptor(try openFile(name, in: folder))
    var bytes: [UInt8] = []
    while true {
      let more = try read(file.raw, at: Int64(bytes.count), capacity: 1 << 20)
      if more.isEmpty { return bytes }
      bytes += more
      guard bytes.count <= limit else { throw SystemFault("read", errno: Errno.fileTooLarge.rawValue) }
    }
  }
}
