internal import Glibc

/// How a child ended.
public enum ChildExit: Hashable, Sendable {
  /// It ended itself, with this code.
  case exited(Int32)
  /// A signal ended it.
  case signalled(Int32)

  /// Whether the program itself is to blame: an exit that nobody asked for, or a signal that its own instructions or
  /// limits raised. SIGKILL, SIGTERM and the like come from outside.
  public var isOwnFault: Bool {
    switch self {
    case .exited: true
    case .signalled(let signal): Self.ownSignals.contains(signal)
    }
  }

  /// SIGTRAP is how a Swift trap ends a program on arm64 (SIGILL on x86-64).
  private static let ownSignals: Set<Int32> = [
    SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ,
  ]
}

extension ChildExit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exited(let code): "it ended with exit code \(code)"
    case .signalled(let signal):
      "it was ended by signal \(signal) (\(strsignal(signal).map { String(cString: $0) } ?? "unknown"))"
    }
  }
}
