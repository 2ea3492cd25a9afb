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
  ///
  /// - Returns: nil where the file is shorter than `count`, or cannot be cut.
  public init?(_ file: MemoryFile, count: Int) {
    let descriptor = file.descriptor.raw
    var status = stat()
    guard count >= 0, fstat(descriptor, &status) == 0, status.st_size >= off_t(count),
      ftruncate(descriptor, off_t(count)) == 0
    else { return nil }
    self.file = file
    self.count = count
  }

  /// Whether they begin and end as a JPEG does. Asked of bytes that come from a program that is not trusted.
  public var frameJPEG: Bool {
    func pair(at offset: Int) -> [UInt8] {
      var bytes: [UInt8] = [0, 0]
      return offset >= 0 && pread(file.descriptor.raw, &bytes, 2, off_t(offset)) == 2 ? bytes : []
    }
    return count >= 4 && pair(at: 0) == [0xFF, 0xD8] && pair(at: count - 2) == [0xFF, 0xD9]
  }
}
