import Glibc
import Synchronization
import WinnowCore
public import WinnowPipeline

/// Where the daemon's messages go: to the journal with fields of their own under systemd, else to standard error.
///
/// The journal's protocol is a datagram of `NAME=value` lines (systemd.io/JOURNAL_NATIVE_PROTOCOL).
public final class Journal: Sendable {
  /// -1 when messages go to standard error.
  private let socket: Int32

  /// - Parameter environment: JOURNAL_STREAM says whether standard error is the journal anyhow.
  public init(environment: [String: String]) {
    guard let stream = environment["JOURNAL_STREAM"], Self.isStandardError(stream) else {
      socket = -1
      return
    }
    socket = Self.connect()
  }

  deinit { if socket >= 0 { close(socket) } }

  public func write(_ line: JournalLine) {
    guard socket >= 0 else { return writePlain(line) }
    var datagram: [UInt8] = []
    func field(_ name: String, _ value: String) {
      let bytes = Array(value.utf8)
      datagram += Array(name.utf8)
      if bytes.contains(0x0A) {
        datagram.append(0x0A)
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { datagram += $0 }
        datagram += bytes + [0x0A]
      } else {
        datagram += [0x3D] + bytes + [0x0A]
      }
    }
    field("MESSAGE", line.message)
    field("PRIORITY", "\(line.severity.rawValue)")
    field("SYSLOG_IDENTIFIER", "winnowd")
    if let code = line.code { field("WINNOW_CODE", code) }
    if let inbox = line.inbox { field("WINNOW_INBOX", inbox) }
    if let file = line.file { field("WINNOW_FILE", file) }
    if send(socket, datagram, datagram.count, Int32(MSG_NOSIGNAL)) < 0 { writePlain(line) }
  }

  private func writePlain(_ line: JournalLine) {
    // systemd reads the priority in angle brackets, and people do not mind it less than a missing line.
    let text = "winnowd: \(line.message)\n"
    _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
  }

  private static func isStandardError(_ stream: String) -> Bool {
    var status = stat()
    return fstat(STDERR_FILENO, &status) == 0 && stream == "\(status.st_dev):\(status.st_ino)"
  }

  private static func connect() -> Int32 {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return -1 }
    let connected = DatagramAddress("/run/systemd/journal/socket").map { address in
      address.with { Glibc.connect(descriptor, $0, $1) == 0 }
    }
    if connected == true { return descriptor }
    close(descriptor)
    return -1
  }
}
