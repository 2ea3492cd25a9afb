/// How a file is known again over time: after a restart, after its inode number went to another file.
public struct FileFingerprint: Hashable, Sendable {
  /// What `name_to_handle_at` gives: inode number with its generation. Empty where the file system has none.
  public var handle: [UInt8]
  public var inode: UInt64
  /// Birth time; zero where the file system keeps none.
  public var born: Timestamp
  /// Bytes.
  public var size: Int64
  public var modified: Timestamp

  public init(handle: [UInt8], inode: UInt64, born: Timestamp, size: Int64, modified: Timestamp) {
    self.handle = handle
    self.inode = inode
    self.born = born
    self.size = size
    self.modified = modified
  }

  /// Whether the file system says more of a file than a number: over FUSE and most network shares it does not, and the
  /// number may be another's after the next mount.
  public var hasIdentity: Bool { !handle.isEmpty || born.nanoseconds != 0 }

  /// Whether both name the same file, whatever was written to it since: by handle where there is one, else by inode
  /// number and birth time, never by the inode number alone, which ext4 gives to the next file at once.
  public func isSameFile(as other: FileFingerprint) -> Bool {
    if !handle.isEmpty, !other.handle.isEmpty { return handle == other.handle }
    return inode == other.inode && born == other.born && born.nanoseconds != 0
  }

  /// Whether both have the same size and modification time.
  public func hasSameContentMarks(as other: FileFingerprint) -> Bool {
    size == other.size && modified == other.modified
  }
}
