import Testing
import WinnowCore
import WinnowSupervision

@testable import WinnowCrawl

@Suite("The network client")
struct WebClientTests {
  @Test("a request says who asks, and brings neither cookies nor passwords")
  func identified() throws {
    let server = try LoopbackServer { _ in .ok([1, 2, 3]) }
    let bench = try WebBench(.quick(server))
    guard case .answer(let answer)? = try bench.outcome(server.base + "/a?b=%20c") else {
      Issue.record("no answer")
      return
    }
    #expect(answer.body == [1, 2, 3])
    let request = try #require(server.seen.first)
    #expect(request.target == "/a?b=%20c")
    #expect(request.fields["user-agent"] == "Winnow/1 (+bench@winnow.example)")
    #expect(request.fields["cookie"] == nil && request.fields["authorization"] == nil)
  }

  @Test("an address that is not public is refused when it is connected to, by number and by name")
  func privateAddresses() throws {
    let server = try LoopbackServer { _ in .ok([1]) }
    var settings = try WebSettings.quick(server)
    settings.allowedHosts = [try AllowedHost("127.0.0.1:1")]
    let bench = try WebBench(settings)
    for host in ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433"] {
      #expect(try bench.reason("http://\(host):\(server.port)/") == .addressNotAllowed, "\(host)")
    }
    #expect(server.seen.isEmpty)
  }

  @Test("behind a proxy, numbers that are not public are refused still")
  func proxied() throws {
    let proxy = try LoopbackServer { _ in .ok([7]) }
    var settings = try WebSettings.quick(proxy)
    settings.proxy = proxy.base
    let bench = try WebBench(settings)
    #expect(try bench.reason("http://10.0.0.1/") == .addressNotAllowed)
    #expect(try bench.reason("http://localhost/") == .addressNotAllowed)
    guard case .answer? = try bench.outcome("http://pictures.example/a") else {
      Issue.record("the proxy was not asked")
      return
    }
    #expect(proxy.seen.map(\.target) == ["http://pictures.example/a"])
  }

  @Test(
    "statuses have their reasons",
    arguments: [
      (404, FailureReason.notFound), (410, .notFound), (401, .refused), (403, .refused), (451, .refused),
      (400, .badAnswer),
      (304, .badAnswer), (301, .badAnswer),
    ])
  func statuses(status: Int, reason: FailureReason) throws {
    let server = try LoopbackServer { _ in .status(status) }
    #expect(try WebBench(.quick(server)).reason(server.base) == reason)
    #expect(server.seen.count == 1)
  }

  @Test("overload is waited out and tried again, within limits")
  func overload() throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/later": .status(429, [("Retry-After", "3600")])
      default: .status(503, [("Retry-After", "0")])
      }
    }
    let bench = try WebBench(.quick(server))
    #expect(try bench.reason(server.base + "/busy") == .serverError)
    #expect(server.hits == ["/busy": 4])
    #expect(try bench.reason(server.base + "/later") == .rateLimited)
    // A host that asked to be left alone for an hour is.
    #expect(try bench.reason(server.base + "/other") == .rateLimited)
    #expect(server.hits == ["/busy": 4, "/later": 1])
  }

  @Test("too large is refused at once by header, and while it comes where the header lies or is missing")
  func large() throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/header": LoopbackServer.Reply(body: [1], ending: .hang, declaredLength: 10 << 30)
      case "/endless": LoopbackServer.Reply(body: [UInt8](repeating: 7, count: 50_000), ending: .endless)
      default: .ok([UInt8](repeating: 7, count: 100_001))
      }
    }
    let bench = try WebBench(.quick(server))
    for path in ["/header", "/endless", "/just"] { #expect(try bench.reason(server.base + path) == .tooLarge) }
  }

  @Test("what stalls is given up, and what ends early is tried once more")
  func unreliable() throws {
    let server = try LoopbackServer { request in
      LoopbackServer.Reply(body: [1, 2, 3], ending: request.path == "/hang" ? .hang : .close, declaredLength: 5000)
    }
    let bench = try WebBench(.quick(server))
    #expect(try bench.reason(server.base + "/hang") == .stalled)
    #expect(try bench.reason(server.base + "/short") == .cutOff)
    #expect(server.hits == ["/hang": 1, "/short": 2])
  }

  @Test("a redirect is an outcome with its target, never followed by itself")
  func redirects() throws {
    let server = try LoopbackServer { request in
      .redirect(request.path == "/file" ? "file:///etc/passwd" : "../b?c#d")
    }
    let bench = try WebBench(.quick(server))
    guard case .redirect(let target)? = try bench.outcome(server.base + "/x/a") else {
      Issue.record("no redirect")
      return
    }
    #expect(target.text == server.base + "/b?c")
    #expect(try bench.reason(server.base + "/file") == .badAddress)
    #expect(server.seen.count == 2)
  }

  @Test("pages are followed through redirects, so many and no more")
  func pages() throws {
    let server = try LoopbackServer { request in
      let number = Int(request.path.dropFirst()) ?? 0
      return number == 0 ? .ok([9]) : .redirect("/\(number - 1)")
    }
    let fetcher = try WebBench(.quick(server)).fetcher
    let near = try fetcher.fetch(#require(WebAddress(server.base + "/5")), accept: "*/*")
    #expect(try near.get().address.text == server.base + "/0")
    let far = try fetcher.fetch(#require(WebAddress(server.base + "/6")), accept: "*/*")
    #expect(throws: WebFailure.self) { try far.get() }
  }

  @Test("nobody listening, and a name that no one has")
  func nobody() throws {
    let server = try LoopbackServer { _ in .ok([1]) }
    let bench = try WebBench(.quick(server))
    server.stop()
    #expect(try bench.reason(server.base) == .notReachable)
    // Longer than a label may be, so that the answer does not depend on a name server.
    let name = String(repeating: "a", count: 64) + ".invalid"
    #expect(try bench.reason("http://\(name)/") == .nameNotFound)
  }

  @Test("a cancellation ends it while a transfer hangs")
  func cancelled() throws {
    let cancellation = Cancellation()
    let server = try LoopbackServer { _ in
      cancellation.request()
      return LoopbackServer.Reply(body: [], ending: .hang, declaredLength: 5000)
    }
    let bench = try WebBench(.quick(server), cancellation)
    let error = #expect(throws: WinnowError.self) { try bench.outcome(server.base) }
    #expect(error?.code == .jobCancelled)
  }
}
