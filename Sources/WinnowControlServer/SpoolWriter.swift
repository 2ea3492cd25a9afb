import Glibc
import SystemPackage
import WinnowCore

/// A spooled file while it is filled. Confined to the event loop; gives everything back if it is never finished.
final class SpoolWriter {
  private let descriptor: FileDescriptor
  private let spool: Spool
  /// Bytes the spool still counts for this file; 0 once a `SpooledFile` counts for itself.
  private var reserved: Int
  private var written = 0

  init(descriptor: FileDescriptor, reserved: Int, spool: Spool) {
    self.descriptor = descriptor
    self.reserved = reserved
    self.spool = spool
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `.tooLarge` beyond what was reserved, `.systemCall` such as for a full disk.
  func write(_ bytes: UnsafeRawBufferPointer) throws(WinnowError) {
    guard written + bytes.count <= reserved else { throw RequestGate.tooLarge(limit: reserved) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor.rawValue, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw Spool.failure("a received file cannot be kept", remedy: "free space in the state folder")
      }
      rest = rest.dropFirst(count)
      written += count
    }
  }

  /// The finished file under a descriptor that can only be read: it goes to a process that reads hostile bytes.
  ///
  /// - Throws: `.systemCall`.
  func finish() throws(WinnowError) -> SpooledFile {
    let number = Glibc.open("/proc/self/fd/\(descriptor.rawValue)", O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw Spool.failure("a received file cannot be read", remedy: "mount /proc") }
    spool.giveBack(reserved - written)
    reserved = 0
    return SpooledFile(descriptor: FileDescriptor(rawValue: number), length: written, spool: spool)
  }

  deinit {
    try? descriptor.close()
    spool.giveBack(reserved)
  }
}
