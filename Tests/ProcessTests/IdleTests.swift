import Glibc
import Testing

/// Apart from `ProcessTests`, since it mostly waits.
@Suite(.enabled(if: Programs.areBuilt, "winnowd, winnowctl, winnow-worker and winnow-lab have to be built"))
struct IdleTests {
  @Test("with nothing to do the daemon and winnow-watch are silent and small, and the worker has gone, with a hook too")
  func silence() throws {
    let receiver = try HookReceiver()
    defer { receiver.stop() }
    try receiver.open()
    let winnow = try Winnow(engine: "idle_exit: 1s", top: ["hooks: {webhook: {url: \"\(receiver.url)\"}}"])
    try winnow.start()
    for number in 0..<20 { try winnow.put(Picture.png(.red, number), "\(number).png") }
    try winnow.waitUntilIdle()
    try Deadline(seconds: 30).wait(for: "the worker to end: \(winnow.log)", pause: 100) {
      winnow.children("winnow-worker").isEmpty
    }
    try Deadline(seconds: 30).wait(for: "the hook to be told: \(winnow.log)") {
      receiver.taken.count >= 20 && winnow.children("winnow-lab").isEmpty
    }
    let daemon = RunningProcess(pid: winnow.pid)
    let watcher = try #require(winnow.children("winnow-watch").first)
    // What the end of the worker and the last answer still set in motion.
    Deadline.pause(milliseconds: 2000)
    let before = (daemon.contextSwitches, watcher.contextSwitches)
    // Two a minute are allowed.
    Deadline.pause(milliseconds: 20_000)
    #expect(daemon.contextSwitches - before.0 <= 1)
    #expect(watcher.contextSwitches - before.1 <= 1)
    #expect(try #require(daemon.anonymousMemory) <= 8 << 20)
    #expect(try #require(daemon.residentMemory) <= 40 << 20)
    try winnow.put(Picture.png(.red, 99), "late.png")
    try winnow.waitForFile(winnow.output + "/red/late.png")
  }
}
