import CWinnowLinux
import Glibc
public import WinnowCore

/// What the file system says about a file at one moment.
public struct FileStatus: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case regular, folder, symbolicLink, pipe, socket, device
  }

  public var kind: Kind
  public var device: UInt64
  public var inode: UInt64
  /// The mount it lies on; 0 where the kernel does not tell.
  public var mount: UInt64
  /// Bytes.
  public var size: Int64
  public var modified: Timestamp
  /// ctime; a rename and a chmod change it too.
  public var changed: Timestamp
  /// Zero where the file system keeps none.
  public var born: Timestamp
  /// Permission bits.
  public var mode: UInt32
  public var owner: UInt32
  public var group: UInt32
  public var links: UInt32

  public init(
    kind: Kind, device: UInt64, inode: UInt64, mount: UInt64 = 0, size: Int64, modified: Timestamp,
    changed: Timestamp, born: Timestamp, mode: UInt32, owner: UInt32, group: UInt32, links: UInt32
  ) {
    self.kind = kind
    self.device = device
    self.inode = inode
    self.mount = mount
    self.size = size
    self.modified = modified
    self.changed = changed
    self.born = born
    self.mode = mode
    self.owner = owner
    self.group = group
    self.links = links
  }

  init(_ raw: cwinnow_status) {
    let kind: Kind =
      switch raw.mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .symbolicLink
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
    self.init(
      kind: kind, device: raw.device, inode: raw.inode, mount: raw.mount, size: raw.size,
      modified: Timestamp(nanoseconds: raw.modified), changed: Timestamp(nanoseconds: raw.changed),
      born: Timestamp(nanoseconds: raw.born), mode: raw.mode & 0o7777, owner: raw.owner, group: raw.group,
      links: raw.links)
  }

  /// Whether both are the same file at this moment. Exact while a descriptor of one of them is open.
  public func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }

  /// The fingerprint of this file, given its handle.
  public func fingerprint(handle: [UInt8]) -> FileFingerprint {
    FileFingerprint(handle: handle, inode: inode, born: born, size: size, modified: modified)
  }

  /// Whether it may be the file of `fingerprint`, as far as its number tells; where the file system keeps no identity, the
  /// number may be another since the last mount, and tells nothing.
  public func mayBe(_ fingerprint: FileFingerprint) -> Bool {
    inode == fingerprint.inode || !self.fingerprint(handle: fingerprint.handle).hasIdentity
  }

  /// Whether size and modification time are those of `fingerprint`.
  public func hasContentMarks(of fingerprint: FileFingerprint) -> Bool {
    size == fingerprint.size && modified == fingerprint.modified
  }
}
