import Dispatch
import Synchronization
import WinnowControlAPI
import WinnowControlClient

/// Shows on a terminal how much is still under way, by asking for the status twice a second. Owned by one thread.
final class WaitMeter {
  /// Nothing where there is no terminal.
  private let timer: (any DispatchSourceTimer)?
  private let line = Line()

  init(_ client: ControlClient) {
    guard StandardError.isTerminal else {
      timer = nil
      return
    }
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "winnow.wait-meter"))
    timer.schedule(deadline: .now() + .milliseconds(500), repeating: .milliseconds(500))
    timer.setEventHandler { [line] in
      guard let status: StatusReply = try? client.call(.status) else { return }
      line.show(status.inboxes.map(\.counts))
    }
    timer.resume()
    self.timer = timer
  }

  /// Takes the line away for good; may be called again.
  func stop() {
    timer?.cancel()
    line.end()
  }

  deinit { stop() }

  /// The bar, which an answer that comes late must not bring back.
  private final class Line: Sendable {
    private let state = Mutex((bar: ProgressBar(), isEnded: false))

    func show(_ counts: [InboxCounts]) {
      let settling = counts.reduce(0) { $0 + $1.settling }
      let seen = counts.reduce(0) { $0 + $1.seen }
      state.withLock { state in
        guard !state.isEnded else { return }
        state.bar.show(seen == 0 ? nil : Double(seen - settling) / Double(seen), "\(settling) under way")
      }
    }

    func end() {
      state.withLock { state in
        state.isEnded = true
        state.bar.clear()
      }
    }
  }
}
