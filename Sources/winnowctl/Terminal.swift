import Glibc

/// What a terminal can show.
enum Terminal {
  enum Colour: String, Hashable, Sendable {
    case good = "32"
    case warning = "33"
    case bad = "31"
    case quiet = "2"
    case strong = "1"
  }

  /// Colours only on a terminal, and not where the user wants none (https://no-color.org).
  static var hasColours: Bool {
    guard StandardOutput.isTerminal else { return false }
    if let unwanted = getenv("NO_COLOR"), unwanted.pointee != 0 { return false }
    return getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  static func paint(_ text: String, _ colour: Colour?) -> String {
    guard let colour, hasColours, !text.isEmpty else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }

  /// Control and direction characters as `\xNN`, so that no text from outside drives the terminal.
  static func safe(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    return text.unicodeScalars.reduce(into: "") { safe, scalar in
      if isUnsafe(scalar) {
        for byte in String(Character(scalar)).utf8 { safe += (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16) }
      } else {
        safe.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\n" { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Columns of the terminal behind standard error.
  static var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
  }
}
