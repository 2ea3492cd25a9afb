import WinnowCore
import WinnowFiles

/// A file, folder, link or pipe of a simulated disk: as it is now, and as a power failure would leave it.
struct SimulatedFile: Sendable {
  /// What the inode carries besides its contents.
  struct Metadata: Hashable, Sendable {
    var mode: UInt32
    var owner: UInt32 = 0
    var group: UInt32 = 0
    var modified: Timestamp
    var changed: Timestamp
    var attributes: [String: [UInt8]] = [:]
  }

  /// One version of a file.
  struct Version: Hashable, Sendable {
    var bytes: [UInt8] = []
    var metadata: Metadata
  }

  let mount: Int
  let kind: FileStatus.Kind
  /// Goes to another file once this one is gone; `generation` tells them apart, as ext4's does.
  let number: UInt64
  let generation: UInt64
  let born: Timestamp

  var now: Version
  /// What a sync made durable; never written is empty.
  var durable: Version

  /// A folder's names.
  var names: [[UInt8]: Int] = [:]
  var durableNames: [[UInt8]: Int] = [:]
  /// A symbolic link's target.
  var target: [UInt8] = []
  var links = 0
  /// Descriptors of Winnow on it.
  var descriptors = 0
  /// Other processes that have it open for writing.
  var writers = 0
  /// Read leases that Winnow holds.
  var leases = 0
}
