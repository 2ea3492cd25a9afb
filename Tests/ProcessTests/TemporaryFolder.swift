import Glibc

/// A folder that goes with its owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/winnow-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Files.failure("make", "a temporary folder") }
    path = String(cString: made)
  }

  deinit { _ = try? Program("rm", ["-rf", path]).wait(seconds: 60) }
}

/// A tmpfs that goes with its owner.
final class TemporaryMount {
  let path: String
  private(set) var isMounted = false

  init(at path: String, size: String = "64m") throws {
    self.path = path
    try Files.makeFolder(path)
    try attach(size: size)
  }

  deinit { if isMounted { umount2(path, Int32(MNT_DETACH)) } }

  func attach(size: String = "64m") throws {
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(size),mode=755") == 0 else { throw Files.failure("mount", path) }
    isMounted = true
  }

  /// Fails for as long as somebody has something in it open.
  func detach() throws {
    try Deadline(seconds: 10).wait(for: "\(path) to be let go") { umount2(path, 0) == 0 }
    isMounted = false
  }

  func makeReadOnly(_ readOnly: Bool) throws {
    let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
    guard mount("tmpfs", path, "tmpfs", flags, nil) == 0 else { throw Files.failure("remount", path) }
  }
}
