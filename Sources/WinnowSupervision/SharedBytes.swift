internal import CWinnowLinux
internal import Glibc
public import WinnowCore
public import WinnowFiles

/// A file that lies in memory alone, for what another process is to hand over.
public final class MemoryFile: Sendable {
  public let descriptor: OwnedDescriptor

  public init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

  /// - Parameter size: the most bytes it can take; memory is used as they come.
  public convenience init(size: Int) throws(WinnowError) {
    let descriptor = cwinnow_memory_file(size)
    guard descriptor >= 0 else { throw .systemCall("cannot make a file in memory", status: descriptor) }
    self.init(OwnedDescriptor(descriptor))
  }
}

/// What another process wrote into a memory file.
public struct SharedBytes: Sendable {
  public let file: MemoryFile
  public let count: Int

  /// Cuts the file off behind the bytes.
  public init(_ file: MemoryFile, count: Int) {
    _ = ftruncate(file.descriptor.raw, off_t(count))
    self.file = file
    self.count = count
  }
}
