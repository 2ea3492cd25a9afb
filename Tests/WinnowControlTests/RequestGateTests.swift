import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

@testable import WinnowControlServer

@Suite("what the control server refuses")
struct RequestGateTests {
  @Test(
    "browsers and odd hosts are refused",
    arguments: [
      "Host: winnow\r\nOrigin: http://evil.example", "Host: winnow\r\nReferer: http://evil.example/x",
      "Host: evil.example", "Host: winnow.evil.example", "Host: ", "Host: winnow:80:80",
    ])
  func browsers(headers: String) throws {
    let live = try LiveServer()
    let answer = try live.raw("GET /v1/status HTTP/1.1\r\n\(headers)\r\nConnection: close\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 403 "))
    #expect(answer.contains("\"code\":\"not_permitted\""))
    #expect(live.service.askedBy.isEmpty)
  }

  @Test(
    "usual names of this machine pass",
    arguments: ["winnow", "localhost", "LOCALHOST:8484", "127.0.0.1", "[::1]", "[::1]:80"])
  func hosts(host: String) throws {
    let live = try LiveServer()
    let answer = try live.raw("GET /v1/version HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
  }

  @Test(
    "broken requests get an error and the server lives",
    arguments: [
      ("\0\0\0\0\r\n\r\n", "400"), ("GET\r\n\r\n", "400"), ("GET /v1/status HTTP/9.9\r\n\r\n", "400"),
      ("GET /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
      ("GET /v1/status HTTP/1.1\r\nHost: winnow\r\nHost: winnow\r\nConnection: close\r\n\r\n", "400"),
      ("POST /v1/undo HTTP/1.1\r\nHost: winnow\r\nContent-Length: -5\r\n\r\n", "400"),
      ("POST /v1/undo HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", "400"),
      ("POST /v1/undo HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n", "400"),
      ("GET /v1/nothing HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n", "404"),
      ("PUT /v1/status HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n", "405"),
      ("GET /v1/status?x=1 HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n", "400"),
      ("GET /v1/status HTTP/1.1\r\nHost: winnow\r\nContent-Length: 3\r\n\r\nabc", "413"),
      ("GET /v1/events HTTP/1.1\r\nHost: winnow\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "413"),
      ("GET /v1/" + String(repeating: "a", count: 200_000) + " HTTP/1.1\r\n\r\n", "400"),
    ])
  func broken(request: String, status: String) throws {
    let live = try LiveServer()
    let connection = try RawConnection(to: live.socket)
    // The server may have answered and closed before all is sent.
    try? connection.send(request)
    #expect(try connection.readToEnd().hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(60))")
    let version: VersionReply = try live.client.call(.version)
    #expect(version.version == "1.2.3")
  }
}
