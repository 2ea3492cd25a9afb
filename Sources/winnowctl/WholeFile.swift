import Glibc
import SystemPackage
import WinnowCore

/// Writes a file so that its name holds all of it or what was there before.
enum WholeFile {
  /// Gives `write` a hidden file in the target's folder, and publishes it under its name once that returns.
  ///
  /// - Throws: what `write` throws, `.systemCall`; the target is then as before.
  static func write<Result>(
    _ target: FilePath, _ write: (FileDescriptor) throws(WinnowError) -> Result
  ) throws(WinnowError) -> Result {
    let name = ".\(UInt64.random(in: .min ... .max)).winnow-partial"
    let folder = target.removingLastComponent()
    let temporary = folder.isEmpty ? FilePath(name) : folder.appending(name)
    let number = temporary.withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard number >= 0 else { throw failure(target) }
    let descriptor = FileDescriptor(rawValue: number)
    defer { try? descriptor.close() }
    do throws(WinnowError) {
      let result = try write(descriptor)
      guard fsync(number) == 0,
        temporary.withPlatformString({ old in target.withPlatformString { rename(old, $0) } }) == 0
      else { throw failure(target) }
      sync(folder.isEmpty ? "." : folder)
      return result
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
  }

  /// Makes the name last through a power cut, where the file system can.
  private static func sync(_ folder: FilePath) {
    let number = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0 else { return }
    fsync(number)
    close(number)
  }

  private static func failure(_ target: FilePath) -> WinnowError {
    WinnowError(.systemCall, "\(target.escaped) cannot be written", cause: String(cString: strerror(errno)))
  }
}
