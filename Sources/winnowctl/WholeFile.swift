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
    do {
      return try self.write(target, replaces: true, mode: 0o666) { try write($0) }
    } catch let error as WinnowError {
      throw error
    } catch {
      throw WinnowError(.systemCall, "\(target.escaped) cannot be written", cause: "\(error)")
    }
  }

  /// - Parameters:
  ///   - replaces: whether it may take the place of a file that is there.
  ///   - mode: less what the umask forbids.
  /// - Throws: what `write` throws, `.alreadyExists`, `.systemCall`; the target is then as before.
  static func write<Result>(
    _ target: FilePath, replaces: Bool, mode: mode_t, _ write: (FileDescriptor) throws -> Result
  ) throws -> Result {
    let name = ".\(UInt64.random(in: .min ... .max)).winnow-partial"
    let folder = target.removingLastComponent()
    let temporary = folder.isEmpty ? FilePath(name) : folder.appending(name)
    let number = temporary.withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
    guard number >= 0 else { throw failure(target) }
    let descriptor = FileDescriptor(rawValue: number)
    defer { try? descriptor.close() }
    do {
      let result = try write(descriptor)
      guard fsync(number) == 0 else { throw failure(target) }
      try publish(temporary, as: target, replaces: replaces)
      sync(folder.isEmpty ? "." : folder)
      return result
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
  }

  private static func publish(_ temporary: FilePath, as target: FilePath, replaces: Bool) throws(WinnowError) {
    if !replaces {
      if temporary.withPlatformString({ old in target.withPlatformString { link(old, $0) } }) == 0 {
        _ = temporary.withPlatformString { unlink($0) }
        return
      }
      guard errno != EEXIST, target.withPlatformString({ access($0, F_OK) }) != 0 else {
        throw WinnowError(.alreadyExists, "\(target.escaped) is there already", remedy: "name another file")
      }
      // A file system without links: nothing was there a moment ago.
    }
    guard temporary.withPlatformString({ old in target.withPlatformString { rename(old, $0) } }) == 0 else {
      throw failure(target)
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
