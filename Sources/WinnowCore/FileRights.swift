/// Whose a file is and who may do what with it; nil leaves that as it is.
public struct FileRights: Hashable, Sendable {
  /// Permission bits.
  public var mode: UInt32?
  /// Numbers, as the kernel knows users and groups.
  public var owner: UInt32?
  public var group: UInt32?

  public init(mode: UInt32? = nil, owner: UInt32? = nil, group: UInt32? = nil) {
    self.mode = mode
    self.owner = owner
    self.group = group
  }

  public var isEmpty: Bool { mode == nil && owner == nil && group == nil }
}
