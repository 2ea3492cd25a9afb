/// How the network is used: politely, within limits, and never to private addresses by accident.
public struct WebSettings: Sendable {
  /// Sent with each request: who asks, and where to complain.
  public var userAgent: String
  /// Hosts that may be reached although their addresses are private.
  public var allowedHosts: [AllowedHost] = []
  /// `http://HOST:PORT` and the like; nil for none, whatever the environment says. Behind a proxy only it sees the
  /// addresses of names, so that only addresses written as numbers are still refused.
  public var proxy: String?
  /// Largest body of a picture in bytes.
  public var largestPicture: Int64 = 64 << 20
  /// Largest body of a page or a provider's answer in bytes.
  public var largestPage: Int64 = 16 << 20
  /// From start to established connection, TLS included.
  public var connectTime: Duration = .seconds(10)
  public var redirects = 5
  /// Requests in flight at once, all hosts together.
  public var concurrency = 16
  var watch = TransferWatch.Limits()
  var pacing = HostPacing.Limits()

  /// The product's name in the user agent, and what rules in a robots.txt are for.
  static let product = "Winnow"

  /// - Parameter contact: An address of a page or of a mailbox, where the owner of a server can complain.
  public init(version: String, contact: String?) {
    let about = contact.map { " (+\(Self.printable($0)))" } ?? ""
    userAgent = "\(Self.product)/\(version)\(about)"
  }

  /// Requests in flight at once, per host; 2 unless set.
  public var perHostConcurrency: Int {
    get { pacing.concurrency }
    set { pacing.concurrency = max(1, newValue) }
  }

  /// Starts of requests a second, per host; 4 unless set.
  public var perHostRate: Double {
    get { 1 / (pacing.interval / .seconds(1)) }
    set { pacing.interval = .seconds(1 / min(max(newValue, 0.001), 1000)) }
  }

  func admits(_ address: WebAddress) -> Bool { allowedHosts.contains { $0.admits(address) } }

  /// A line break would begin another header.
  private static func printable(_ text: String) -> String { text.filter { $0.isASCII && !$0.isNewline && $0 != ")" } }
}
