import NIOHTTP1
import WinnowControlAPI
import WinnowCore

/// A request whose head was accepted.
struct Admission: Equatable {
  var route: Route
  var parameter: String?
  var query: Query
  var keepAlive: Bool
  /// Bytes of the body where the client said; `nil` for a chunked one.
  var length: Int?
  var eventFraming: RecordFraming
  var expectsContinue: Bool
  /// Who asks.
  var peer: Peer
}

/// Judges the head of a request before anything of its body is read.
enum RequestGate {
  /// Host names that stand for this daemon. A web page that resolves a name of its own to the daemon (DNS rebinding)
  /// shows in the Host header.
  static let hosts: Set<String> = ["winnow", "localhost", "127.0.0.1", "[::1]"]

  /// - Throws: what the refusal should say; the HTTP status follows from its code.
  static func admit(_ head: HTTPRequestHead, from peer: Peer, limits: ControlLimits) throws(WinnowError) -> Admission {
    try refuseBrowsers(head.headers)
    try checkHost(head)
    return try admitCall(head, from: peer, limits: limits)
  }

  /// For a browser, whose session and origin have been looked at.
  static func admitBrowser(
    _ head: HTTPRequestHead, from peer: Peer, limits: ControlLimits
  ) throws(WinnowError) -> Admission {
    var limits = limits
    limits.file = limits.browserFile
    let admission = try admitCall(head, from: peer, limits: limits)
    if admission.route == .webOpen {
      throw WinnowError(.notPermitted, "a session begins on the machine alone", remedy: "run `winnowctl web` there")
    }
    // A form of another site can send text, and nothing that calls itself JSON.
    if admission.route.body == .json, !isJSON(head.headers) {
      throw WinnowError(.malformed, "this request takes JSON", remedy: "send it with Content-Type: application/json")
    }
    return admission
  }

  private static func isJSON(_ headers: HTTPHeaders) -> Bool {
    let type = headers.first(name: "Content-Type")?.split(separator: ";").first ?? ""
    return type.lowercased().trimmingPrefix(while: { $0 == " " }) == "application/json"
  }

  private static func admitCall(
    _ head: HTTPRequestHead, from peer: Peer, limits: ControlLimits
  ) throws(WinnowError) -> Admission {
    let (path, query) = split(head.uri)
    let (route, parameter) = try find(method: head.method.rawValue, path: path)
    try peer.check(route)
    let length = try length(of: head.headers)
    try check(length: length, isChunked: head.headers.contains(name: "Transfer-Encoding"), for: route, limits: limits)
    return Admission(
      route: route, parameter: parameter, query: try Query(parsing: query), keepAlive: head.isKeepAlive,
      length: length, eventFraming: framing(for: route, accept: head.headers["Accept"]),
      expectsContinue: head.headers[canonicalForm: "Expect"].contains { $0.lowercased() == "100-continue" },
      peer: peer)
  }

  /// No browser has business here: it sends these of its own accord, and winnowctl never does.
  private static func refuseBrowsers(_ headers: HTTPHeaders) throws(WinnowError) {
    for name in ["Origin", "Referer"] where headers.contains(name: name) {
      throw WinnowError(.notPermitted, "requests with the header \(name) are refused")
    }
  }

  private static func checkHost(_ head: HTTPRequestHead) throws(WinnowError) {
    let hosts = head.headers["Host"]
    guard hosts.count <= 1, let host = hosts.first ?? (head.version == .http1_0 ? "winnow" : nil) else {
      throw WinnowError(.malformed, "a request needs one Host header")
    }
    var name = host.lowercased()
    if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy({ ("0"..."9").contains($0) }) {
      name = String(name[..<colon])
    }
    guard Self.hosts.contains(name) else {
      throw WinnowError(.notPermitted, "requests for the host \"\(host)\" are refused", remedy: "use Host: winnow")
    }
  }

  static func split(_ uri: String) -> (path: String, query: Substring) {
    guard let mark = uri.firstIndex(of: "?") else { return (uri, "") }
    return (String(uri[..<mark]), uri[uri.index(after: mark)...])
  }

  private static func find(method: String, path: String) throws(WinnowError) -> (Route, String?) {
    switch Route.match(method: method, path: path) {
    case .found(let route, let parameter):
      return (route, parameter)
    case .wrongMethod(let allowed):
      throw WinnowError(
        .wrongMethod, "\(path) does not know \(method)",
        remedy: "use " + allowed.map(\.rawValue).joined(separator: " or "))
    case .unknown:
      throw WinnowError(.unknownRoute, "there is no \(path)", remedy: "see docs/control-api.yaml")
    }
  }

  private static func length(of headers: HTTPHeaders) throws(WinnowError) -> Int? {
    guard let text = headers.first(name: "Content-Length") else { return nil }
    guard let length = Int(text), length >= 0 else {
      throw WinnowError(.malformed, "\"\(text)\" is no Content-Length")
    }
    return length
  }

  private static func check(
    length: Int?, isChunked: Bool, for route: Route, limits: ControlLimits
  ) throws(WinnowError) {
    let limit = limits.body(of: route.body)
    if let length, length > limit { throw tooLarge(limit: limit) }
    if route.body == .none, isChunked { throw tooLarge(limit: 0) }
  }

  static func tooLarge(limit: Int) -> WinnowError {
    limit == 0
      ? WinnowError(.tooLarge, "this request takes no body")
      : WinnowError(.tooLarge, "the request's body is over \(limit) bytes, the most that is taken here")
  }

  private static func framing(for route: Route, accept: [String]) -> RecordFraming {
    let types = accept.joined(separator: ",").lowercased()
    if types.contains("application/x-ndjson") { return .lines }
    if types.contains("text/event-stream") { return .serverSentEvents }
    return route == .events ? .serverSentEvents : .lines
  }
}

extension WinnowError.Code {
  /// The path is known, the method is not.
  static let wrongMethod = Self("wrong_method")
}
