public import SystemPackage

/// What is heard about an inbox. Events are hints; the disk is the truth.
public enum InboxEvent: Hashable, Sendable {
  /// A file was written to, or its attributes changed.
  case changed(FilePath)
  /// A file was renamed into place, so it may well be whole already.
  case movedIn(FilePath)
  /// A scan or a poll found a file, with its size and modification time at that moment.
  case found(FilePath, ContentMarks)
  /// A file or folder was deleted or moved away.
  case gone(FilePath)
}

/// What tells quickly whether a file was written to.
public struct ContentMarks: Hashable, Sendable {
  /// Bytes.
  public var size: Int64
  public var modified: Timestamp

  public init(size: Int64, modified: Timestamp) {
    self.size = size
    self.modified = modified
  }
}
