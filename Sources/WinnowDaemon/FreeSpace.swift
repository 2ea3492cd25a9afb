import Glibc
import SystemPackage

/// What is left for the daemon's user on the file system of a folder.
struct FreeSpace {
  /// Less than this is worth a warning; chosen: a few dozen camera pictures.
  static let scarce: UInt64 = 256 << 20

  let bytes: UInt64

  /// Nil where the folder is not there or the file system does not tell.
  init?(at folder: FilePath) {
    var about = statvfs()
    guard folder.withPlatformString({ statvfs($0, &about) }) == 0, about.f_blocks > 0 else { return nil }
    bytes = UInt64(about.f_bavail) * UInt64(about.f_frsize)
  }
}
