import Glibc
import SystemPackage

/// The control socket that systemd hands over (sd_listen_fds(3)).
enum InheritedSocket {
  /// The first descriptor that is handed over.
  private static let first: Int32 = 3

  /// Nil when this process was not started through a socket unit.
  static func descriptor() -> FileDescriptor? {
    guard let pid = getenv("LISTEN_PID"), String(cString: pid) == "\(getpid())", let count = getenv("LISTEN_FDS"),
      let number = Int32(String(cString: count)), number > 0
    else { return nil }
    let names = getenv("LISTEN_FDNAMES").map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
    let index = names.firstIndex(of: "control") ?? 0
    return FileDescriptor(rawValue: first + Int32(index))
  }
}
