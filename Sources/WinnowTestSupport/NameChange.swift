/// One change of names, atomic as a whole: a creation, a link, an unlink, a rename.
///
/// What a power failure may leave, as the simulated disk has it. It is more than ext4, XFS and Btrfs do and less than
/// POSIX allows:
/// - A change happened whole or not at all; a rename never loses both names and never leaves both.
/// - Changes of one folder become durable in their order; those of different folders in any order. So a file linked
///   into one folder and then unlinked from another can be in both, or in neither, unless the first was synced.
/// - A sync of a folder makes its changes durable, and with a rename its other half. A sync of a file says nothing
///   about its name.
/// - A name in a folder is not durable before the folder is, nor a new file before its inode number is free.
/// - With a name's change the inode's owner, mode, times and attributes become durable, but not its contents.
struct NameChange: Sendable {
  /// A name that points to `file` from now on; nil: that goes.
  struct Edit: Sendable {
    let folder: Int
    let name: [UInt8]
    let file: Int?
  }

  /// Counts up over the whole disk.
  let id: Int
  let edits: [Edit]
  /// Changes without which this one cannot be durable.
  let dependencies: [Int]
  /// The inodes it touches, as they were then.
  var metadata: [Int: SimulatedFile.Metadata]

  func touches(_ folder: Int) -> Bool { edits.contains { $0.folder == folder } }
  func adds(_ file: Int) -> Bool { edits.contains { $0.file == file } }
}
