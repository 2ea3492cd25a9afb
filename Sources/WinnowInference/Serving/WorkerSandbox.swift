import CWinnowLinux
import Glibc
public import WinnowCore
import WinnowFiles

/// What the worker gives up, in two steps (docs/architecture.md): before it loads anything, while it has one thread,
/// and once everything is loaded, before the first picture.
struct WorkerSandbox: ~Copyable {
  /// The user a worker started by root becomes, and the numeric one where that does not exist.
  static let user = "winnow"
  static let nobody: UInt32 = 65534

  /// What libraries load on first use (libheif's decoders, OpenVINO's plugins and front ends), and what OpenVINO reads
  /// about the machine: without cpuinfo and devices/system it waits for ever (probed).
  private static let readable = [
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/proc/cpuinfo",
    "/sys/devices/system",
  ]

  /// /proc/self/statm, which cannot be opened any more when memory is bounded.
  private let statm: OwnedDescriptor

  /// Gives up root, capabilities, core dumps, new privileges, and every file but libraries.
  ///
  /// - Throws: When any of it fails; a kernel without Landlock is only noted on standard error.
  init() throws(WinnowError) {
    let statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard statm >= 0 else {
      throw SystemFault("open", errno: errno).about("/proc/self/statm")
    }
    let owned = OwnedDescriptor(statm)
    try Self.enter()
    self.statm = owned
  }

  private static func enter() throws(WinnowError) {
    try check(cwinnow_drop_privileges(user, nobody), "give up its privileges")
    try check(cwinnow_harden_process(), "harden itself")
    let rules = cwinnow_landlock_begin()
    if rules == -ENOSYS || rules == -EOPNOTSUPP {
      note("this kernel has no Landlock; the system call filter alone holds")
    } else {
      try check(min(rules, 0), "restrict itself to its libraries")
      for path in readable + [try EngineLibraries.folder()] {
        try check(cwinnow_landlock_allow_reading(rules, path), "restrict itself to its libraries")
      }
      try check(cwinnow_landlock_enforce(rules), "restrict itself to its libraries")
    }
    try EngineLibraries.checkReadable()
  }

  /// Bounds memory and installs the system call filter in all threads.
  ///
  /// - Parameter memory: Bytes beyond what is mapped now.
  borrowing func seal(memory: Int) throws(WinnowError) {
    try Self.check(cwinnow_limit_address_space(statm.raw, UInt64(memory)), "limit its memory")
    try Self.check(cwinnow_seccomp_filter(), "install its system call filter")
  }

  static func note(_ text: String) {
    let line = Array("winnow-worker: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  private static func check(_ answer: Int32, _ action: String) throws(WinnowError) {
    guard answer == 0 else {
      throw WinnowError(
        .sandboxFailed, "the worker cannot \(action), so it will not look at pictures",
        remedy: "run it on a kernel with seccomp, and outside a sandbox that forbids it to tighten its own",
        cause: String(cString: strerror(-answer)))
    }
  }
}

extension WinnowError.Code {
  /// The worker could not lock itself up.
  public static let sandboxFailed = Self("sandbox_failed")
}
