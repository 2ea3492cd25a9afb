import CWinnowLinux
import Glibc
import WinnowControlAPI
import WinnowCore

/// What this process holds itself to, and its workers with it.
struct ResourceLimits {
  private let limits: JobLimits

  init(_ limits: JobLimits) { self.limits = limits }

  /// - Throws: `.systemCall`.
  func apply() throws(WinnowError) {
    // Only ever lower: who is nicer already stays so.
    guard setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(limits.nice)) == 0 || errno == EACCES else {
      throw Self.failure("take the priority \(limits.nice)")
    }
    // Reading pictures is not to hold up the disk either; file systems that know no priorities pass over it.
    _ = cwinnow_idle_io()
    var memory = rlimit(rlim_cur: rlim_t(limits.memory), rlim_max: rlim_t(limits.memory))
    guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory) == 0 else {
      throw Self.failure("limit the memory to \(limits.memory) bytes")
    }
  }

  private static func failure(_ what: String) -> WinnowError {
    WinnowError(.systemCall, "winnow-trainer cannot \(what)", cause: String(cString: strerror(errno)))
  }
}
