import NIOHTTP1
public import SystemPackage
import WinnowControlAPI
import WinnowCore

/// Where browsers come in, and what is asked of them before a request means anything.
///
/// The daemon acts for whoever bears a session's token. A browser sends cookies of its own accord, so a request that
/// comes with one also has to say, in headers that no page can forge, that our own page makes it.
public struct WebDoor: Sendable {
  /// The socket.
  public let listener: WebListener
  /// Where the page is from outside, behind a reverse proxy: `https://photos.example`; nil where only loopback is.
  public let outside: String?
  let pages: PageFiles
  let sessions: any SessionRegister
  /// What may stand in a Host header. A name of another site that leads to this daemon (DNS rebinding) is not there.
  private let authorities: Set<String>
  private let origins: Set<String>

  /// - Parameters:
  ///   - outside: scheme, host and port as a browser shows them, without a slash at the end.
  ///   - pages: the folder with the page's files.
  public init(_ listener: WebListener, outside: String?, pages: FilePath, sessions: any SessionRegister) {
    self.listener = listener
    self.outside = outside
    self.pages = PageFiles(folder: pages)
    self.sessions = sessions
    let local = ["127.0.0.1", "localhost", "[::1]", listener.host.contains(":") ? "[\(listener.host)]" : listener.host]
      .map { "\($0):\(listener.port)" }
    var authorities = Set(local)
    var origins = Set(local.map { "http://\($0)" })
    if let outside, let scheme = outside.firstRange(of: "://") {
      authorities.insert(String(outside[scheme.upperBound...]))
      origins.insert(outside)
    }
    self.authorities = authorities
    self.origins = origins
  }

  /// Where the page is for somebody on this machine.
  public var address: String {
    "http://\(listener.host.contains(":") ? "[\(listener.host)]" : listener.host):\(listener.port)"
  }

  /// What a request is.
  enum Visit {
    /// One of the page's own files. They hold no secret and need no session.
    case page(PageFiles.File)
    /// The link that begins a session: leads to the page, with the cookie where the token is good.
    case entry(cookie: String?)
    /// A call by whoever bears the session.
    case call(Peer)
  }

  /// - Throws: `.notPermitted` for a request that another site may have caused, `.noSession`, `.unknownRoute`,
  ///   `.wrongMethod`, `.malformed`.
  func judge(_ head: HTTPRequestHead) throws(WinnowError) -> Visit {
    try checkHost(head.headers)
    let (path, query) = RequestGate.split(head.uri)
    if path.hasPrefix("/v1/") { return .call(try caller(of: head)) }
    guard head.method == .GET else {
      throw WinnowError(.wrongMethod, "\(path) does not know \(head.method.rawValue)", remedy: "use GET")
    }
    if path == "/enter" {
      let token = try Query(parsing: query)["token"] ?? ""
      return .entry(cookie: sessions.peer(bearing: token) == nil ? nil : cookie(with: token, head.headers))
    }
    guard let file = pages.file(at: path) else { throw WinnowError(.unknownRoute, "there is no \(path)") }
    return .page(file)
  }

  private func checkHost(_ headers: HTTPHeaders) throws(WinnowError) {
    let hosts = headers["Host"]
    guard hosts.count == 1, let host = hosts.first else {
      throw WinnowError(.malformed, "a request needs one Host header")
    }
    guard authorities.contains(host.lowercased()) else {
      throw WinnowError(
        .notPermitted, "requests for the host \"\(host)\" are refused",
        remedy: "open the link of `winnowctl web`; behind a reverse proxy name its address in http.address")
    }
  }

  private func caller(of head: HTTPRequestHead) throws(WinnowError) -> Peer {
    let isChange = head.method != .GET
    let origin = head.headers["Origin"]
    guard origin.count <= 1, origin.allSatisfy(origins.contains) else {
      throw WinnowError(.notPermitted, "requests from the page of another site are refused")
    }
    // Browsers say by themselves who causes a request. Another port of this machine is the same site, not the same
    // origin.
    for site in head.headers["Sec-Fetch-Site"] where site != "same-origin" && site != "none" {
      throw WinnowError(.notPermitted, "requests from the page of another site are refused")
    }
    if let token = bearerToken(head.headers) { return try peer(bearing: token) }
    guard let token = cookie(in: head.headers) else { throw Self.noSession }
    let peer = try peer(bearing: token)
    guard !isChange || origin.count == 1 else {
      throw WinnowError(.notPermitted, "a change with a cookie has to name its origin")
    }
    return peer
  }

  private func peer(bearing token: String) throws(WinnowError) -> Peer {
    guard let peer = sessions.peer(bearing: token) else { throw Self.noSession }
    return peer
  }

  private static let noSession = WinnowError(
    .noSession, "nobody is signed in here", remedy: "run `winnowctl web` on the machine and open its link")

  private func bearerToken(_ headers: HTTPHeaders) -> String? {
    guard let value = headers.first(name: "Authorization"), value.lowercased().hasPrefix("bearer ") else { return nil }
    return String(value.dropFirst(7))
  }

  // MARK: The cookie

  /// Cookies know no ports, so the name tells the daemons of one machine apart.
  private var cookieName: String { "winnow-\(listener.port)" }

  private func cookie(in headers: HTTPHeaders) -> String? {
    for line in headers["Cookie"] {
      for pair in line.split(separator: ";") {
        let pair = pair.drop { $0 == " " }
        if pair.hasPrefix(cookieName + "=") { return String(pair.dropFirst(cookieName.count + 1)) }
      }
    }
    return nil
  }

  private func cookie(with token: String, _ headers: HTTPHeaders) -> String {
    let isOutside = outside.map { $0 == "https://" + (headers.first(name: "Host") ?? "").lowercased() } ?? false
    return "\(cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(Self.cookieAge)"
      + (isOutside ? "; Secure" : "")
  }

  /// Seconds that a browser keeps it; whether the session still holds, the register says.
  private static let cookieAge = 30 * 86_400
}

extension WinnowError.Code {
  /// A browser without a session.
  static let noSession = Self("no_session")
}
