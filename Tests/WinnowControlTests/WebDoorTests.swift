import Glibc
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowTestSupport

@Suite("the way in for browsers")
struct WebDoorTests {
  /// Knows one member and one owner by their tokens.
  private struct Register: SessionRegister {
    func peer(bearing token: String) -> Peer? {
      switch token {
      case "member": Peer(user: 7, group: 7, process: 0, standing: .member)
      case "owner": Peer(user: 0, group: 0, process: 0, standing: .owner)
      default: nil
      }
    }
  }

  private let live: LiveServer

  init() throws {
    live = try LiveServer(door: { folder in
      let pages = folder.appending("web")
      try makeFolder(pages)
      try write("<!doctype html><title>Winnow</title>", to: pages.appending("index.html"))
      try write("export {}", to: pages.appending("app.js"))
      try write("secret", to: pages.appending(".hidden.js"))
      try write("secret", to: folder.appending("outside.js"))
      try link(pages.appending("link.js"), to: folder.appending("outside.js"))
      return WebDoor(
        try .bind(host: "127.0.0.1", port: 0), outside: "https://photos.example", pages: pages, sessions: Register())
    })
  }

  private var port: Int { live.web?.listener.port ?? 0 }
  private var own: String { "Host: 127.0.0.1:\(port)" }
  private var origin: String { "Origin: http://127.0.0.1:\(port)" }

  /// The whole answer to one request.
  private func ask(_ line: String, _ headers: [String], body: String = "") throws -> String {
    let connection = try RawConnection(port: port)
    let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
    let head = ["\(line) HTTP/1.1"] + headers + length + ["Connection: close"]
    try connection.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    return try connection.readToEnd()
  }

  private func cookie(_ token: String) -> String { "Cookie: other=1; winnow-\(port)=\(token)" }

  @Test("the page comes without a session, and its policy allows nothing from elsewhere")
  func page() throws {
    let answer = try ask("GET /", [own])
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    #expect(answer.contains("Content-Type: text/html; charset=utf-8\r\n"))
    #expect(answer.contains("Content-Security-Policy: default-src 'none'; script-src 'self';"))
    #expect(answer.contains("X-Content-Type-Options: nosniff\r\n"))
    #expect(answer.hasSuffix("<!doctype html><title>Winnow</title>"))
    #expect(try ask("GET /app.js", [own]).contains("Content-Type: text/javascript; charset=utf-8\r\n"))
  }

  @Test(
    "nothing but the page's own files can be reached",
    arguments: [
      "/../outside.js", "/%2e%2e/outside.js", "/..%2foutside.js", "//outside.js", "/link.js", "/.hidden.js", "/web",
      "/web/app.js", "/app.js/", "/app.js%00.css", "/APP.JS", "/nothing.js", "/index.html%20",
    ])
  func traversal(path: String) throws {
    let answer = try ask("GET \(path)", [own])
    #expect(answer.hasPrefix("HTTP/1.1 404 "))
    #expect(!answer.contains("secret"))
  }

  @Test("a call without a session, and one with a wrong token, are answered with 401")
  func noSession() throws {
    for headers in [[own], [own, cookie("guess")], [own, "Authorization: Bearer guess"]] {
      let answer = try ask("GET /v1/status", headers)
      #expect(answer.hasPrefix("HTTP/1.1 401 "))
      #expect(answer.contains("\"code\":\"no_session\""))
    }
    #expect(live.service.askedBy.isEmpty)
  }

  @Test("the link sets a cookie that scripts and other sites cannot use, and leads to the page")
  func entry() throws {
    let answer = try ask("GET /enter?token=member", [own])
    #expect(answer.hasPrefix("HTTP/1.1 303 "))
    #expect(answer.contains("Location: /\r\n"))
    #expect(answer.contains("Set-Cookie: winnow-\(port)=member; Path=/; HttpOnly; SameSite=Strict;"))
    #expect(!answer.contains("Secure"))
    let wrong = try ask("GET /enter?token=guess", [own])
    #expect(wrong.contains("Location: /#no-session\r\n"))
    #expect(!wrong.contains("Set-Cookie"))
  }

  @Test("cookie and bearer act with the rights of whoever began the session")
  func rights() throws {
    #expect(try ask("GET /v1/status", [own, cookie("member")]).hasPrefix("HTTP/1.1 200 "))
    #expect(try ask("GET /v1/status", [own, "Authorization: Bearer owner"]).hasPrefix("HTTP/1.1 200 "))
    #expect(live.service.askedBy.map(\.standing) == [.member, .owner])
    let refused = try ask("POST /v1/reload", [own, origin, cookie("member")])
    #expect(refused.hasPrefix("HTTP/1.1 403 "))
    #expect(try ask("POST /v1/reload", [own, origin, cookie("owner")]).hasPrefix("HTTP/1.1 200 "))
  }

  @Test(
    "other names of the host are refused, so that no foreign name can lead here",
    arguments: ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", "photos.example.evil.example"])
  func hosts(host: String) throws {
    #expect(try ask("GET /", ["Host: \(host)"]).hasPrefix("HTTP/1.1 403 "))
    #expect(try ask("GET /v1/status", ["Host: \(host)", cookie("owner")]).hasPrefix("HTTP/1.1 403 "))
    #expect(live.service.askedBy.isEmpty)
  }

  @Test("a change with a cookie needs the page's own origin")
  func origins() throws {
    let json = "Content-Type: application/json"
    for origin in [[], ["Origin: http://evil.example"], ["Origin: null"], ["Origin: http://127.0.0.1:1"]] {
      let answer = try ask("POST /v1/pause", [own, cookie("member"), json] + origin, body: "{}")
      #expect(answer.hasPrefix("HTTP/1.1 403 "), "\(origin)")
    }
    for site in ["cross-site", "same-site"] {
      let answer = try ask("GET /v1/status", [own, cookie("member"), "Sec-Fetch-Site: \(site)"])
      #expect(answer.hasPrefix("HTTP/1.1 403 "))
    }
    #expect(live.service.askedBy.isEmpty)
    #expect(try ask("POST /v1/pause", [own, cookie("member"), json, origin], body: "{}").hasPrefix("HTTP/1.1 200 "))
    // A program that bears the token is no browser.
    let program = try ask("POST /v1/pause", [own, "Authorization: Bearer member", json], body: "{}")
    #expect(program.hasPrefix("HTTP/1.1 200 "))
  }

  @Test("a form of another kind than JSON changes nothing")
  func forms() throws {
    for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
      let answer = try ask(
        "POST /v1/pause", [own, origin, cookie("owner"), "Content-Type: \(type)"], body: "{}")
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
    }
    #expect(live.service.askedBy.isEmpty)
  }

  @Test("behind a reverse proxy its name is as good as the own one, and the cookie is for TLS alone")
  func proxy() throws {
    let answer = try ask("GET /enter?token=owner", ["Host: photos.example"])
    #expect(answer.contains("Secure"))
    let change = try ask(
      "POST /v1/pause",
      ["Host: photos.example", "Origin: https://photos.example", cookie("owner"), "Content-Type: application/json"],
      body: "{}")
    #expect(change.hasPrefix("HTTP/1.1 200 "))
  }

  @Test("a session cannot begin another one")
  func noSessionFromSession() throws {
    let answer = try ask("POST /v1/web", [own, origin, cookie("owner")])
    #expect(answer.hasPrefix("HTTP/1.1 403 "))
  }

  @Test("a picture larger than browsers may send is refused by its length alone")
  func largeUpload() throws {
    let connection = try RawConnection(port: port)
    try connection.send(
      ["POST /v1/classify?file=a.jpg HTTP/1.1", own, origin, cookie("member"), "Content-Length: 200000000"]
        .joined(separator: "\r\n") + "\r\n\r\n")
    #expect(try connection.readToEnd().hasPrefix("HTTP/1.1 413 "))
  }

  @Test("a report is a document that can do nothing, and thumbnails may be kept")
  func kinds() throws {
    let report = try ask("GET /v1/jobs/4/report", [own, cookie("member")])
    #expect(report.contains("Content-Security-Policy: sandbox; default-src 'none'; style-src 'unsafe-inline'"))
    #expect(report.contains("Content-Type: text/html; charset=utf-8\r\n"))
    let thumbnail = try ask("GET /v1/pictures/4/thumbnail?side=64", [own, cookie("member")])
    #expect(thumbnail.contains("Content-Type: image/jpeg\r\n"))
    #expect(thumbnail.contains("Cache-Control: private, max-age=3600\r\n"))
    #expect(try ask("GET /v1/pictures/4/thumbnail?side=9", [own, cookie("member")]).hasPrefix("HTTP/1.1 400 "))
    #expect(try ask("GET /v1/pictures/..%2f4/thumbnail", [own, cookie("member")]).hasPrefix("HTTP/1.1 404 "))
  }

  @Test("browsers do not take the connections of the socket")
  func separateConnections() throws {
    var limits = ControlLimits()
    limits.connections = 2
    limits.reservedForOwners = 1
    limits.browserConnections = 1
    let live = try LiveServer(
      limits: limits,
      door: { folder in
        WebDoor(try .bind(host: "127.0.0.1", port: 0), outside: nil, pages: folder, sessions: Register())
      })
    let port = try #require(live.web?.listener.port)
    let first = try RawConnection(port: port)
    try first.send("GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
    #expect(try first.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 401 "))
    #expect(try RawConnection(port: port).readToEnd().hasPrefix("HTTP/1.1 503 "))
    #expect(try live.raw("GET /v1/version HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n").contains(" 200 "))
  }
}

private func makeFolder(_ path: FilePath) throws {
  guard path.withPlatformString({ mkdir($0, 0o700) }) == 0 else { throw Errno(rawValue: errno) }
}

private func write(_ text: String, to path: FilePath) throws {
  let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
  try file.closeAfter { _ = try file.writeAll(Array(text.utf8)) }
}

private func link(_ path: FilePath, to target: FilePath) throws {
  guard target.withPlatformString({ target in path.withPlatformString { symlink(target, $0) } }) == 0 else {
    throw Errno(rawValue: errno)
  }
}
