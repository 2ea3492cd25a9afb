import Glibc

/// A terminal of the test's own, with a person at it. It goes with its owner.
final class PseudoTerminal {
  /// What a program opens as its standard input and output.
  let path: String
  /// TIOCSPTLCK and TIOCGPTN of ioctl_tty(2); Swift does not see the functions around them.
  private static let lock: UInt = 0x4004_5431
  private static let number: UInt = 0x8004_5430

  private let person: Int32
  /// Keeps the terminal, with its settings, while no program has it open.
  private let kept: Int32
  private var shown: [UInt8] = []

  init() throws {
    person = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var (number, locked): (Int32, Int32) = (0, 0)
    guard person >= 0, ioctl(person, Self.lock, &locked) == 0, ioctl(person, Self.number, &number) == 0 else {
      throw Files.failure("make", "a terminal")
    }
    path = "/dev/pts/\(number)"
    kept = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard kept >= 0 else { throw Files.failure("open", path) }
  }

  deinit {
    close(kept)
    close(person)
  }

  /// Whether it shows what is typed and waits for whole lines, as a shell leaves it.
  var isUsual: Bool {
    var settings = termios()
    guard tcgetattr(kept, &settings) == 0 else { return false }
    let usual = tcflag_t(ICANON | ECHO | ISIG)
    return settings.c_lflag & usual == usual
  }

  func type(_ text: String) throws { try Files.write(Array(text.utf8), to: person, path) }

  /// Waits until `text` was shown, and forgets what was shown up to it.
  func wait(for text: String, seconds: Double = 30) throws {
    let wanted = Array(text.utf8)
    try Deadline(seconds: seconds).wait(for: "\"\(text)\" in \"\(String(decoding: shown, as: UTF8.self))\"", pause: 5) {
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(person, &buffer, buffer.count)
        if count <= 0 { break }
        shown += buffer[..<count]
      }
      let starts = shown.indices.dropLast(max(0, wanted.count - 1))
      guard let start = starts.first(where: { shown[$0...].starts(with: wanted) }) else { return false }
      shown.removeFirst(start + wanted.count)
      return true
    }
  }
}
