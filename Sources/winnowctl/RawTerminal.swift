import Glibc
import WinnowCore

/// The terminal behind standard input, giving each key as it is pressed and showing none. It is as it was before once
/// this value goes, and when a signal ends the program.
struct RawTerminal: ~Copyable {
  /// What ends a program without letting it finish; SIGKILL gives nobody a chance.
  private static let endings = [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV,
  ]

  /// - Throws: `.invalidInput` where standard input is no terminal.
  init() throws(WinnowError) {
    guard tcgetattr(STDIN_FILENO, &terminalBefore) == 0 else {
      throw WinnowError(
        .invalidInput, "standard input is no terminal, so there are no keys to press",
        remedy: "use review accept, set and skip")
    }
    // Before the first change, so that no moment is left over.
    for ending in Self.endings { signal(ending, restoreAndEnd) }
    enter()
  }

  deinit {
    leave()
    for ending in Self.endings { signal(ending, SIG_DFL) }
  }

  private func enter() {
    var raw = terminalBefore
    // Ctrl-C comes as a key too, so that the walk ends in order.
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
  }

  private func leave() { tcsetattr(STDIN_FILENO, TCSADRAIN, &terminalBefore) }

  /// The next key; nil when there are no more. What arrow and function keys send is passed over.
  func key() -> UInt8? {
    while let byte = Self.byte() {
      guard byte == 0x1B else { return byte }
      var more = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      while poll(&more, 1, 20) == 1, let next = Self.byte() {
        if (0x40...0x7E).contains(next), next != UInt8(ascii: "[") { break }
      }
    }
    return nil
  }

  /// A line, typed and corrected as usual; nil when there are no more.
  func line() -> String? {
    leave()
    defer { enter() }
    return readLine()
  }

  private static func byte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}

/// How the terminal was. Written by `RawTerminal.init` before the handlers are set, and only read afterwards, by one
/// thread and the handlers that interrupt it.
private nonisolated(unsafe) var terminalBefore = termios()

/// Calls only what signal-safety(7) allows.
private func restoreAndEnd(_ number: Int32) {
  tcsetattr(STDIN_FILENO, TCSADRAIN, &terminalBefore)
  signal(number, SIG_DFL)
  raise(number)
}
