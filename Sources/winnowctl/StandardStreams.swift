import Glibc
import WinnowCore

/// Results.
enum StandardOutput {
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  static func write(_ text: String) { writeAll(text, to: STDOUT_FILENO) }
}

/// Messages.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  static func write(_ text: String) { writeAll(text, to: STDERR_FILENO) }

  /// One sentence for people.
  static func tell(_ text: String) { write("winnowctl: \(Terminal.safe(text))\n") }

  static func tell(_ error: WinnowError) {
    tell(error.message + (error.cause.map { " (\($0))" } ?? ""))
    if let remedy = error.remedy { write("  → \(Terminal.safe(remedy))\n") }
  }
}

private func writeAll(_ text: String, to descriptor: CInt) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      // Nobody can be told.
      return
    }
    rest = rest.dropFirst(count)
  }
}
