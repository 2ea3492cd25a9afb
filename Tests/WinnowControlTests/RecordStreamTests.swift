import Dispatch
import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlClient
import WinnowCore
import WinnowTestSupport

@testable import WinnowControlServer

@Suite("streams and their readers")
struct RecordStreamTests {
  @Test("a reader that is too slow is told so and cut off, and the daemon never waits")
  func slowReader() throws {
    var limits = ControlLimits()
    limits.streamBacklog = 64 << 10
    let refused = DispatchSemaphore(value: 0)
    let gone = DispatchSemaphore(value: 0)
    let live = try LiveServer(
      limits: limits,
      service: ServiceDouble { call, _ in
        guard case .events(let stream) = call else { return false }
        stream.onGone { gone.signal() }
        stream.begin()
        while stream.emit(Sample.event) {}
        refused.signal()
        return true
      })
    let connection = try RawConnection(to: live.socket)
    try connection.send("GET /v1/events HTTP/1.1\r\nHost: winnow\r\nAccept: application/x-ndjson\r\n\r\n")
    refused.wait()
    gone.wait()
    let text = try connection.readToEnd()
    #expect(text.contains(#""code":"reader_too_slow""#))
    #expect(text.hasSuffix("0\r\n\r\n"))
    let _: VersionReply = try live.client.call(.version)
  }

  @Test("a reader that goes in the middle of a page takes the stream's last holder with it, and the server lives on")
  func vanishedInPage() throws {
    let begun = DispatchSemaphore(value: 0)
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        guard case .history(_, let stream) = call else { return false }
        // More than a socket holds; what would ask for the next page holds the stream alone.
        stream.emit(page: Array(repeating: Sample.history, count: 10_000)) { stream.finish() }
        begun.signal()
        return true
      })
    for _ in 0..<3 {
      let connection = try RawConnection(to: live.socket)
      try connection.send("GET /v1/history HTTP/1.1\r\nHost: winnow\r\n\r\n")
      begun.wait()
      _ = try connection.read()
    }
    let _: VersionReply = try live.client.call(.version)
  }

  @Test("a service hears that its reader has gone")
  func vanishedReader() throws {
    let begun = DispatchSemaphore(value: 0)
    let gone = DispatchSemaphore(value: 0)
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        switch call {
        case .events(let stream):
          stream.onGone {
            withExtendedLifetime(stream) {}
            gone.signal()
          }
          stream.begin()
          begun.signal()
          return true
        case .wait(_, let reply):
          reply.onGone {
            withExtendedLifetime(reply) {}
            gone.signal()
          }
          begun.signal()
          return true
        default: return false
        }
      })
    for request in [
      "GET /v1/events HTTP/1.1\r\nHost: winnow\r\n\r\n",
      "POST /v1/wait HTTP/1.1\r\nHost: winnow\r\nContent-Length: 2\r\n\r\n{}",
    ] {
      do {
        let connection = try RawConnection(to: live.socket)
        try connection.send(request)
        begun.wait()
        withExtendedLifetime(connection) {}
      }
      gone.wait()
    }
  }

  @Test("pages wait for their reader, however many there are")
  func pages() throws {
    let most = Mutex(0)
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        guard case .history(_, let stream) = call else { return false }
        @Sendable func page(_ number: Int) {
          guard number < 40 else { return stream.finish() }
          most.withLock { $0 = number }
          stream.emit(page: Array(repeating: Sample.history, count: 500)) { page(number + 1) }
        }
        page(0)
        return true
      })
    var count = 0
    try live.client.stream(.history) { (_: HistoryRow) in
      count += 1
      // Nothing read yet: the sockets' buffers hold less than a few pages.
      if count == 1 { #expect(most.withLock { $0 } < 10) }
      return true
    }
    #expect(count == 20_000)
  }

  @Test("a client that stops sending is let go")
  func stalledClient() throws {
    var limits = ControlLimits()
    limits.stall = 1
    limits.idle = 1
    let live = try LiveServer(limits: limits)
    #expect(try live.raw("") == "")
    #expect(
      try live.raw("POST /v1/classify?file=a HTTP/1.1\r\nHost: winnow\r\nContent-Length: 100\r\n\r\nabc") == "")
    #expect(try live.folder.names() == ["control.sock"])
  }
}
