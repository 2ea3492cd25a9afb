import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlClient
import WinnowTestSupport

@testable import WinnowControlServer

@Suite("the control server at rest")
struct IdleTests {
  /// Answers with the version, and remembers the event loop's thread.
  private final class Witness: ControlService {
    let thread = Mutex("")

    func handle(_ call: ControlCall, from peer: Peer) {
      var buffer = [CChar](repeating: 0, count: 256)
      readlink("/proc/thread-self", &buffer, buffer.count - 1)
      thread.withLock { $0 = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) }
      if case .version(let reply) = call { reply.send(VersionReply(version: "1")) }
    }
  }

  /// How often the thread was switched to, for whatever reason.
  private func switches(of thread: String) throws -> [Substring] {
    try String(contentsOfFile: "/proc/\(thread)/status", encoding: .utf8)
      .split(separator: "\n").filter { $0.contains("ctxt_switches") }
  }

  @Test("a server that has served sleeps: its thread does not wake for two seconds")
  func silent() throws {
    let folder = try TemporaryFolder()
    let witness = Witness()
    let path = folder.path.appending("control.sock")
    let server = try ControlServer.start(
      on: try .make(at: path, mode: 0o600, group: nil), version: "1", spool: folder.path, service: witness)
    defer { server.stop() }
    let _: VersionReply = try ControlClient(socket: path).call(.version)
    let thread = witness.thread.withLock { $0 }
    // The first tries may still see the connection being closed.
    let isSilent = try (0..<5).contains { _ in
      let before = try switches(of: thread)
      sleep(2)
      return try switches(of: thread) == before && !before.isEmpty
    }
    #expect(isSilent)
  }
}
