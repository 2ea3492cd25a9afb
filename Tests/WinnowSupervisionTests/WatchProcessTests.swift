import Dispatch
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowCore
import WinnowWire

@testable import WinnowSupervision

/// A watch process whose records can be waited for.
final class WatchBench: Sendable {
  let queue = DispatchQueue(label: "watch")
  let records = Mutex<[WatchRecord]>([])
  let notices = Mutex<[SupervisionNotice]>([])
  private let arrival = DispatchSemaphore(value: 0)
  private let process: Mutex<Unchecked<WatchProcess>?> = Mutex(nil)

  init(executable: FilePath) {
    var pace = RestartPolicy.Pace()
    pace.first = .milliseconds(1)
    let process = WatchProcess(
      queue: queue, pace: pace, executable: { () throws(WinnowError) in executable },
      deliver: { [weak self] new in
        self?.records.withLock { $0 += new }
        self?.arrival.signal()
      },
      note: { [weak self] notice in
        self?.notices.withLock { $0.append(notice) }
        self?.arrival.signal()
      },
      statusChanged: { [weak self] in _ = self?.arrival.signal() })
    self.process.withLock { $0 = Unchecked(process) }
  }

  func onQueue<Result>(_ body: (WatchProcess) throws -> Result) rethrows -> Result {
    let process = process.withLock { $0! }
    return try queue.sync { try body(process.value) }
  }

  /// Waits until what has arrived satisfies `condition`.
  func wait(
    for condition: (WatchBench) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    while !condition(self) {
      guard arrival.wait(timeout: .now() + 60) == .success else {
        Issue.record("nothing more arrives: \(records.withLock { $0 })", sourceLocation: sourceLocation)
        return
      }
    }
  }

  func has(_ kind: WatchRecord.Kind, _ root: Int, _ path: String = "") -> Bool {
    records.withLock { $0.contains(WatchRecord(kind: kind, root: root, path: Array(path.utf8))) }
  }

  func stop() {
    let stopped = Awaited<Bool>()
    onQueue { $0.stop { stopped.fulfil(true) } }
    #expect(stopped.wait() == true)
  }
}

@Suite("The watching program")
struct WatchProcessTests {
  @Test("it gets the roots as arguments, its records arrive, and it ends at end-of-file")
  func delivers() throws {
    let program = try StubProgram(
      #"""
      printf 'r1 \000c1 %s\000c1 %s\000' "$1" "$2"
      read line
      exit 0
      """#)
    defer { program.remove() }
    let bench = WatchBench(executable: program.path)
    bench.onQueue {
      $0.watch([.init(key: 1, path: "/in box"), .init(key: 22, path: "/flat", isRecursive: false)])
    }
    bench.wait { $0.has(.changed, 1, "flat:22=/flat") }
    #expect(bench.has(.ready, 1))
    #expect(bench.has(.changed, 1, "1=/in box"))
    let pid = try #require(bench.onQueue { $0.status.pid })
    bench.stop()
    #expect(kill(pid, 0) == -1)
    let ended = bench.notices.withLock { $0.last }
    #expect(ended == .ended(program: "winnow-watch", pid: pid, .exited(0), expected: true))
    #expect(bench.onQueue { $0.status } == WatchProcess.Status())
  }

  @Test("after its death it is started again, and each root's ready is followed by lost")
  func restarts() throws {
    let program = try StubProgram(
      #"""
      printf 'r1 \000r2 \000'
      [ -e "$0.once" ] || { : > "$0.once"; kill -9 $$; }
      read line
      """#)
    defer { program.remove() }
    let bench = WatchBench(executable: program.path)
    bench.onQueue { $0.watch([.init(key: 1, path: "/a"), .init(key: 2, path: "/b")]) }
    bench.wait { $0.has(.lost, 2, "error") }
    let kinds = bench.records.withLock { $0.map(\.kind) }
    #expect(kinds == [.ready, .ready, .ready, .lost, .ready, .lost])
    #expect(bench.onQueue { $0.status.restarts } == 1)
    #expect(bench.onQueue { $0.status.condition } == nil)
    bench.stop()
  }

  @Test("a new set of roots restarts it without counting; a root that stays has lost events, a new one has not")
  func changesRoots() throws {
    let program = try StubProgram(
      #"""
      for root; do printf 'r%s \000' "${root%%=*}"; done
      read line
      """#)
    defer { program.remove() }
    let bench = WatchBench(executable: program.path)
    bench.onQueue { $0.watch([.init(key: 1, path: "/a")]) }
    bench.wait { $0.has(.ready, 1) }
    bench.onQueue { $0.watch([.init(key: 1, path: "/a"), .init(key: 2, path: "/b")]) }
    bench.wait { $0.has(.ready, 2) }
    #expect(bench.has(.lost, 1, "error"))
    #expect(!bench.has(.lost, 2, "error"))
    #expect(bench.onQueue { $0.status.restarts } == 0)
    bench.onQueue { $0.watch([]) }
    bench.wait { bench in bench.onQueue { $0.status.pid } == nil }
    bench.stop()
  }

  @Test("while it keeps ending without a word there is a condition with a remedy, and a report lifts it")
  func condition() throws {
    let program = try StubProgram(
      #"""
      [ -e "$0.now" ] || exit 1
      printf 'r1 \000'
      read line
      """#)
    defer { program.remove() }
    let bench = WatchBench(executable: program.path)
    bench.onQueue { $0.watch([.init(key: 1, path: "/a")]) }
    bench.wait { bench in bench.onQueue { $0.status.condition?.code } == .watchFailed }
    #expect(bench.onQueue { $0.status.condition?.remedy } != nil)
    try Data().write(to: program.folder.appendingPathComponent("program.now"))
    bench.wait { bench in bench.onQueue { $0.status.condition } == nil }
    bench.stop()
  }

  @Test("a program that is missing is a condition, tried again")
  func missing() throws {
    let bench = WatchBench(executable: "/no/winnow-watch")
    bench.onQueue { $0.watch([.init(key: 1, path: "/a")]) }
    #expect(bench.onQueue { $0.status.condition?.message.contains("/no/winnow-watch") } == true)
    bench.stop()
  }

  @Test("while paused nothing is read and the program waits; afterwards everything is there")
  func backpressure() throws {
    // More than a socket holds: the program can only finish when somebody reads.
    let program = try StubProgram(
      #"""
      printf 'r1 \000'
      read begin < "$0.gate"
      i=0
      while [ $i -lt 20000 ]; do printf 'c1 a-name-of-some-length-to-fill-the-socket-%s\000' $i; i=$((i+1)); done
      : > "$0.done"
      read line
      """#)
    defer { program.remove() }
    let gate = program.folder.appendingPathComponent("program.gate").path
    try #require(mkfifo(gate, 0o600) == 0)
    let bench = WatchBench(executable: program.path)
    bench.onQueue { $0.watch([.init(key: 1, path: "/a")]) }
    bench.wait { $0.has(.ready, 1) }
    bench.onQueue { $0.pause() }
    try Data("go\n".utf8).write(to: URL(fileURLWithPath: gate))
    #expect(bench.records.withLock { $0.count } == 1)
    #expect(!FileManager.default.fileExists(atPath: program.path.string + ".done"))
    bench.onQueue { $0.resume() }
    bench.wait { $0.has(.changed, 1, "a-name-of-some-length-to-fill-the-socket-19999") }
    #expect(bench.records.withLock { $0.count } == 20_001)
    bench.stop()
  }

  @Test("it can be stopped while paused, and one that does not end by itself is made to")
  func stubborn() throws {
    let program = try StubProgram(
      #"""
      trap '' TERM
      printf 'r1 \000'
      while :; do sleep 1000; done
      """#)
    defer { program.remove() }
    let bench = WatchBench(executable: program.path)
    bench.onQueue { $0.watch([.init(key: 1, path: "/a")]) }
    bench.wait { $0.has(.ready, 1) }
    bench.onQueue { $0.pause() }
    bench.stop()
    let ended = bench.notices.withLock { $0.last }
    guard case .ended(_, _, .signalled(SIGKILL), expected: true) = ended else {
      Issue.record("\(String(describing: ended))")
      return
    }
  }

  private static let realProgram: FilePath? = {
    let repository = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    let program = repository.appending(".build/watch/winnow-watch")
    return access(program.string, X_OK) == 0 ? program : nil
  }()

  @Test("the real winnow-watch reports a new picture", .enabled(if: realProgram != nil, "winnow-watch is not built"))
  func real() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-inbox-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bench = WatchBench(executable: try #require(Self.realProgram))
    bench.onQueue { $0.watch([.init(key: 5, path: FilePath(folder.path))]) }
    bench.wait { $0.has(.ready, 5) }
    try Data([1]).write(to: folder.appendingPathComponent("a.jpg"))
    bench.wait { $0.has(.changed, 5, "a.jpg") || $0.has(.movedIn, 5, "a.jpg") }
    bench.stop()
  }
}
