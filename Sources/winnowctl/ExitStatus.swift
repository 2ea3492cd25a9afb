import WinnowControlAPI
import WinnowCore

/// How winnowctl ends. Scripts rely on these.
enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
  case done = 0
  case failed = 1
  /// The command line makes no sense.
  case usage = 2
  /// The daemon cannot be reached, or went away.
  case unreachable = 3
  /// Some of several things failed.
  case partly = 4
  /// The rules or the peer's rights forbid it.
  case refused = 5

  init(for error: WinnowError) {
    self =
      switch error.code {
      case .unreachable: .unreachable
      case .notPermitted, .refused: .refused
      default: .failed
      }
  }

  /// For several things of which some failed.
  static func of(failures: Int, among count: Int) -> ExitStatus {
    if failures == 0 { return .done }
    return failures == count ? .failed : .partly
  }
}

/// Ends the program after everything there is to say was said.
struct Finished: Error {
  let status: ExitStatus

  init(_ status: ExitStatus) { self.status = status }

  /// Goes on only after a success.
  static func check(_ status: ExitStatus) throws(Finished) {
    if status != .done { throw Finished(status) }
  }
}
