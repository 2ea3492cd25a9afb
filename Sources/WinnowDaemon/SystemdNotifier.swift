import Glibc

/// Tells systemd how the daemon is (sd_notify(3)): one datagram a message, nothing where there is no systemd.
public final class SystemdNotifier: Sendable {
  private let socket: Int32
  private let address: String?
  /// Half of WatchdogSec; nil when no watchdog waits.
  public let watchdogPause: Duration?

  public init(environment: [String: String]) {
    address = environment["NOTIFY_SOCKET"]
    socket =
      address == nil ? -1 : Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    watchdogPause = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { microseconds in
      isOurs && microseconds > 0 ? .microseconds(microseconds / 2) : nil
    }
  }

  deinit { if socket >= 0 { close(socket) } }

  public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  public func reloading() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
  }
  public func stopping() { send("STOPPING=1") }
  public func status(_ text: String) { send("STATUS=\(text)") }
  public func alive() { send("WATCHDOG=1") }

  private func send(_ message: String) {
    guard socket >= 0, let address, let target = DatagramAddress(address) else { return }
    let bytes = Array(message.utf8)
    _ = target.with { sendto(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
  }
}
