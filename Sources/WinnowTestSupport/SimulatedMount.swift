/// One file system of a simulated disk.
struct SimulatedMount: Sendable {
  var traits: MountTraits
  /// The folder that it shows where it is mounted.
  let top: Int
  /// Changes of names that no sync has made durable, in the order in which they happened.
  var pending: [NameChange] = []
  /// Inode numbers whose file is gone, with the change that freed them. The last goes out first, as on ext4.
  var freed: [(number: UInt64, generation: UInt64, by: Int)] = []
  var nextNumber: UInt64 = 2
}

/// What a simulated file system can do. The default is like ext4.
public struct MountTraits: Hashable, Sendable {
  /// RENAME_NOREPLACE; NFS has none.
  public var renamesWithoutReplacing = true
  /// Hard links; vfat has none.
  public var links = true
  public var handles = true
  public var births = true
  public var leases = true
  /// FICLONE; ext4 has none.
  public var sharesContents = false
  /// syncfs that keeps its word.
  public var syncsWhole = true
  /// Bytes that fit; nil for no limit.
  public var capacity: Int?
  /// The most bytes that one read gives; nil for all that were asked for.
  public var longestRead: Int?

  public init(
    renamesWithoutReplacing: Bool = true, links: Bool = true, handles: Bool = true, births: Bool = true,
    leases: Bool = true, sharesContents: Bool = false, syncsWhole: Bool = true, capacity: Int? = nil,
    longestRead: Int? = nil
  ) {
    self.renamesWithoutReplacing = renamesWithoutReplacing
    self.links = links
    self.handles = handles
    self.births = births
    self.leases = leases
    self.sharesContents = sharesContents
    self.syncsWhole = syncsWhole
    self.capacity = capacity
    self.longestRead = longestRead
  }
}
