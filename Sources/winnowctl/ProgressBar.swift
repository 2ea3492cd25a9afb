/// One line at the foot of a terminal that shows how far long work is. Nothing at all in a pipe.
struct ProgressBar {
  private let isShown = StandardError.isTerminal
  private var last = ""

  /// - Parameter progress: 0 to 1; `nil` where nobody knows.
  mutating func show(_ progress: Double?, _ text: String) {
    guard isShown else { return }
    var line = ""
    if let progress {
      let filled = Int((min(1, max(0, progress)) * Double(Self.cells)).rounded())
      line = "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: Self.cells - filled) + "] "
      line += Cell.percent(min(1, max(0, progress))) + "  "
    }
    line = String((line + Terminal.safe(text)).prefix(Terminal.width - 1))
    guard line != last else { return }
    last = line
    StandardError.write("\r\u{1B}[K" + line)
  }

  /// Takes the line away.
  mutating func clear() {
    guard isShown, !last.isEmpty else { return }
    last = ""
    StandardError.write("\r\u{1B}[K")
  }

  private static let cells = 24
}
