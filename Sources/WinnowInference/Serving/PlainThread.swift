import CWinnowLinux
import Glibc
import WinnowCore

/// A thread of the operating system that runs one closure. The worker uses no others: its work blocks, and Swift's
/// executors start threads of their own at times when the sandbox is closed.
enum PlainThread {
  /// - Parameter name: At most 15 bytes, for `ps -L` and debuggers.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(WinnowError) {
    let boxed = Unmanaged.passRetained(Body(name: name, run: body))
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, plainThreadMain, boxed.toOpaque())
    guard failure == 0 else {
      boxed.release()
      throw WinnowError(.systemCall, "cannot start a thread", cause: String(cString: strerror(failure)))
    }
    pthread_detach(thread)
  }

  fileprivate final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }
}

/// Called by pthreads, outside every actor.
private nonisolated func plainThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let body = Unmanaged<PlainThread.Body>.fromOpaque(argument).takeRetainedValue()
  _ = cwinnow_name_thread(body.name)
  body.run()
  return nil
}
