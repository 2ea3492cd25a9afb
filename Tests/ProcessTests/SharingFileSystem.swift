import Glibc

/// Btrfs in a file, mounted on a folder: its files can share their bytes. It goes with its owner.
final class SharingFileSystem {
  let path: String

  init(at path: String, keeping image: String) throws {
    self.path = path
    try Files.makeFolder(path)
    try Files.write([], to: image)
    guard truncate(image, 128 << 20) == 0 else { throw Files.failure("make", image) }
    try Self.run("mkfs.btrfs", ["-q", "-M", image])
    try Self.run("mount", ["-o", "loop", image, path])
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  private static func run(_ program: String, _ arguments: [String]) throws {
    let status = try Program(program, arguments).wait(seconds: 60)
    guard status == 0 else { throw Program.Failure(description: "\(program) ended with \(status)") }
  }

  /// Whether the kernel has it, and this machine lets a file be mounted.
  static let isThere: Bool = {
    guard Machine.canMount, let folder = try? TemporaryFolder() else { return false }
    return withExtendedLifetime(folder) {
      (try? SharingFileSystem(at: folder.path + "/probe", keeping: folder.path + "/image")) != nil
    }
  }()
}
