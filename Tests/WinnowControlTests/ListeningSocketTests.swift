import Dispatch
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlClient
import WinnowCore
import WinnowTestSupport

@testable import WinnowControlServer

@Suite("the control socket itself")
struct ListeningSocketTests {
  private func error(_ body: () throws -> Void) -> WinnowError? { #expect(throws: WinnowError.self, performing: body) }

  @Test("the socket has the mode it was given, and goes with the server")
  func socketFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("new/control.sock")
    let socket = try ListeningSocket.make(at: path, mode: 0o660, group: getegid())
    #expect(socket.mode == 0o660 && socket.group == getegid() && socket.path == path)
    let server = try ControlServer.start(on: socket, version: "1", spool: folder.path, service: ServiceDouble())
    #expect(ControlClient(socket: path).isAnswered)
    let second = error { _ = try ListeningSocket.make(at: path, mode: 0o600, group: nil) }
    #expect(second?.code == .alreadyExists)
    server.stop()
    #expect(access(path.string, F_OK) != 0)
  }

  @Test("a socket that a killed daemon left is replaced; other files are not")
  func leftover() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("control.sock")
    let dead = try ListeningSocket.make(at: path, mode: 0o600, group: nil)
    try dead.descriptor.close()
    let server = try ControlServer.start(
      on: try ListeningSocket.make(at: path, mode: 0o600, group: nil), version: "1", spool: folder.path,
      service: ServiceDouble())
    let _: VersionReply = try ControlClient(socket: path).call(.version)
    server.stop()
    let file = try folder.file("file")
    #expect(error { _ = try ListeningSocket.make(at: file, mode: 0o600, group: nil) }?.code == .alreadyExists)
    let long = folder.path.appending(String(repeating: "x", count: 100))
    #expect(error { _ = try ListeningSocket.make(at: long, mode: 0o600, group: nil) }?.code == .invalidInput)
  }

  @Test("a socket that was handed over is served, and its file stays")
  func adoption() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("control.sock")
    let given = try ListeningSocket.make(at: path, mode: 0o600, group: nil).descriptor
    // A request that waits in the socket before anybody serves it, as during a restart.
    let waiting = try RawConnection(to: path)
    try waiting.send("GET /v1/version HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n")
    let socket = try ListeningSocket.adopt(try given.duplicate())
    #expect(socket.path == path && socket.mode == 0o600)
    let server = try ControlServer.start(on: socket, version: "1", spool: folder.path, service: ServiceDouble())
    #expect(try waiting.readToEnd().hasPrefix("HTTP/1.1 200 "))
    server.stop()
    #expect(access(path.string, F_OK) == 0)
    #expect(ControlClient(socket: path).isAnswered)
    try given.close()
  }

  @Test("a descriptor that is no listening Unix socket is not adopted")
  func badAdoption() throws {
    let folder = try TemporaryFolder()
    let file = try FileDescriptor.open(folder.file("x"), .readOnly)
    defer { try? file.close() }
    #expect(error { _ = try ListeningSocket.adopt(file) }?.code == .invalidInput)
    let unbound = FileDescriptor(rawValue: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
    defer { try? unbound.close() }
    #expect(error { _ = try ListeningSocket.adopt(unbound) }?.code == .invalidInput)
  }

  @Test("stopping ends a stream under way and leaves nothing running")
  func stopping() throws {
    let begun = DispatchSemaphore(value: 0)
    let held = Mutex<RecordStream<WatchEvent>?>(nil)
    let folder = try TemporaryFolder()
    let path = folder.path.appending("control.sock")
    let server = try ControlServer.start(
      on: try ListeningSocket.make(at: path, mode: 0o600, group: nil), version: "1", spool: folder.path,
      service: ServiceDouble { call, _ in
        guard case .events(let stream) = call else { return false }
        stream.begin()
        held.withLock { $0 = stream }
        begun.signal()
        return true
      })
    let reader = try RawConnection(to: path)
    try reader.send("GET /v1/events HTTP/1.1\r\nHost: winnow\r\n\r\n")
    begun.wait()
    server.stop(grace: .milliseconds(50))
    #expect(try !reader.readToEnd().isEmpty)
    #expect(!ControlClient(socket: path).isAnswered)
    held.withLock { #expect($0?.emit(Sample.event) == false) }
  }

  @Test("no client can reach a server that is not there, and is told what to start")
  func unreachable() throws {
    let folder = try TemporaryFolder()
    let error = error { let _: StatusReply = try ControlClient(socket: folder.path.appending("no.sock")).call(.status) }
    #expect(error?.code == .unreachable)
    #expect(error?.remedy?.contains("systemctl start winnowd") == true)
  }
}
