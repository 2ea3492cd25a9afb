import Glibc
public import SystemPackage

/// The bytes of a file that a peer sent, in a file without a name. Closed, and its bytes given back, when the last
/// reference goes; a worker that is to read it gets a copy of the descriptor.
public final class SpooledFile: Sendable {
  /// Open for reading alone, at any offset. It stays this object's.
  public let descriptor: FileDescriptor
  public let length: Int
  private let spool: Spool

  init(descriptor: FileDescriptor, length: Int, spool: Spool) {
    self.descriptor = descriptor
    self.length = length
    self.spool = spool
  }

  deinit {
    try? descriptor.close()
    spool.giveBack(length)
  }
}
