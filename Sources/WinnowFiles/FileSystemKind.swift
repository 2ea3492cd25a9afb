import CWinnowLinux

/// What kind of file system a folder lies on, as statfs tells.
public struct FileSystemKind: Hashable, Sendable {
  public let name: String
  /// Whether the kernel hears of changes that others make, so that inotify can be trusted.
  public let tellsEvents: Bool
  /// Whether other machines may write to it.
  public let isNetwork: Bool

  /// Nil where it cannot be told.
  public init?(of root: Root) {
    var type: Int64 = 0
    guard cwinnow_file_system_type(root.raw, &type) == 0 else { return nil }
    self.init(type: type)
  }

  /// Whether syncfs makes contents and names durable and tells of errors: known of ext4, XFS, btrfs and F2FS; tmpfs has
  /// nothing to lose. Most FUSE file systems answer yes and do nothing.
  static func isDurableAfterSyncfs(_ type: Int64) -> Bool {
    [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x0102_1994].contains(type & 0xFFFF_FFFF)
  }

  static func isFUSE(_ type: Int64) -> Bool { type & 0xFFFF_FFFF == 0x6573_5546 }

  /// - Parameter type: `f_type`, see linux/magic.h and statfs(2).
  init(type: Int64) {
    let silent: [Int64: (String, isNetwork: Bool)] = [
      0x6969: ("NFS", true), 0xFF53_4D42: ("CIFS", true), 0xFE53_4D42: ("SMB", true), 0x517B: ("SMB", true),
      0x6573_5546: ("FUSE", true), 0x0102_1997: ("9P", true), 0x00C3_6400: ("Ceph", true), 0x5346_414F: ("AFS", true),
    ]
    if let (name, isNetwork) = silent[type & 0xFFFF_FFFF] {
      self.name = name
      self.isNetwork = isNetwork
      tellsEvents = false
    } else {
      name = "this file system"
      isNetwork = false
      tellsEvents = true
    }
  }
}
