/// One record of `winnow-watch`: a letter, the root's key, a space, a path relative to the root, NUL.
///
/// Paths are raw bytes: they may hold anything but NUL, line breaks and invalid UTF-8 included.
public struct WatchRecord: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Every folder of the root is watched now.
    case ready
    /// A file was created, written, closed after writing, or its attributes changed.
    case changed
    /// A file was renamed into place.
    case movedIn
    /// A folder appeared; it is watched now, and what is in it has to be looked at.
    case folder
    /// A file or folder was deleted or moved away.
    case gone
    /// Events were lost; `path` is the reason: overflow, watch_limit, root_gone, unmounted, error.
    case lost
  }

  public let kind: Kind
  public let root: Int
  public let path: [UInt8]

  public init(kind: Kind, root: Int, path: [UInt8]) {
    self.kind = kind
    self.root = root
    self.path = path
  }

  /// Parses one record without its NUL; nil when it is none.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let letter = bytes.first, let kind = Kind(letter: letter),
      let space = bytes.firstIndex(of: UInt8(ascii: " "))
    else { return nil }
    let key = bytes[bytes.index(after: bytes.startIndex)..<space]
    guard key.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      let root = Int(String(decoding: key, as: UTF8.self))
    else { return nil }
    self.init(kind: kind, root: root, path: Array(bytes[bytes.index(after: space)...]))
  }
}

extension WatchRecord.Kind {
  fileprivate init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "r"): self = .ready
    case UInt8(ascii: "c"): self = .changed
    case UInt8(ascii: "m"): self = .movedIn
    case UInt8(ascii: "f"): self = .folder
    case UInt8(ascii: "g"): self = .gone
    case UInt8(ascii: "l"): self = .lost
    default: return nil
    }
  }
}

/// Cuts a byte stream into watch records, whatever pieces it comes in.
public struct WatchRecordReader: Sendable {
  /// Longer than any path the kernel accepts.
  private static let longestRecord = 8192
  private var pending: [UInt8] = []

  public init() {}

  /// The records completed by `bytes`; a record that is none or is too long counts as lost events of every root
  /// (`root` is -1).
  public mutating func read(_ bytes: some Sequence<UInt8>) -> [WatchRecord] {
    var records: [WatchRecord] = []
    for byte in bytes {
      if byte == 0 {
        let record = pending.count <= Self.longestRecord ? WatchRecord(pending) : nil
        records.append(record ?? WatchRecord(kind: .lost, root: -1, path: Array("error".utf8)))
        pending.removeAll(keepingCapacity: true)
      } else if pending.count <= Self.longestRecord {
        // One byte more than allowed is kept, as the sign that there were too many.
        pending.append(byte)
      }
    }
    return records
  }
}
