import Glibc
import WinnowCore

/// Who is at the other end of a connection, as the kernel tells it. Recorded with every change that is asked for.
public struct Peer: Hashable, Sendable {
  /// What a peer is to this daemon.
  public enum Standing: Int, Hashable, Sendable, Comparable, CaseIterable {
    /// May connect because the socket's mode lets everybody.
    case visitor
    /// Belongs to the socket's group.
    case member
    /// Root, or the user the daemon runs as.
    case owner

    public static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
  }

  public let user: UInt32
  public let group: UInt32
  /// When it connected; the process may be gone since.
  public let process: Int32
  public let standing: Standing

  public init(user: UInt32, group: UInt32, process: Int32, standing: Standing) {
    self.user = user
    self.group = group
    self.process = process
    self.standing = standing
  }

  /// Whether it may name a path outside the configured roots.
  public var mayNameAnyPath: Bool { standing == .owner }
}

/// Decides what a peer is.
struct PeerRegister: Hashable, Sendable {
  /// The daemon's own user.
  let owner: UInt32
  /// The group that may act through the socket; `nil` where only the owner may.
  let members: UInt32?

  func standing(user: UInt32, group: UInt32, supplementary: [UInt32]) -> Peer.Standing {
    if user == 0 || user == owner { return .owner }
    if let members, group == members || supplementary.contains(members) { return .member }
    return .visitor
  }

  /// Reads SO_PEERCRED and SO_PEERGROUPS of a connected Unix socket; both are as they were when it connected.
  func identify(descriptor: CInt) throws(WinnowError) -> Peer {
    var credentials = Credentials()
    var length = socklen_t(MemoryLayout<Credentials>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
      throw WinnowError(
        .systemCall, "the peer of a control connection is unknown", cause: String(cString: strerror(errno)))
    }
    return Peer(
      user: credentials.user, group: credentials.group, process: credentials.process,
      standing: standing(
        user: credentials.user, group: credentials.group, supplementary: Self.supplementaryGroups(of: descriptor)))
  }

  /// The kernel's `struct ucred`, which Glibc's module hides.
  private struct Credentials {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }

  /// Empty where the kernel does not tell (before Linux 4.13): the peer then counts by its main group alone.
  private static func supplementaryGroups(of descriptor: CInt) -> [UInt32] {
    var groups: [gid_t] = []
    var length: socklen_t = 0
    // The first call fails with ERANGE and says how many bytes it takes.
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, nil, &length) != 0, errno == ERANGE, length > 0 else {
      return []
    }
    groups = Array(repeating: 0, count: Int(length) / MemoryLayout<gid_t>.stride)
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, &groups, &length) == 0 else { return [] }
    return Array(groups.prefix(Int(length) / MemoryLayout<gid_t>.stride))
  }
}
