public import WinnowCore

/// A host, perhaps only at one port, that may be reached though its address is private: `HOST`, `HOST:PORT`,
/// `[IPv6]:PORT`.
public struct AllowedHost: Hashable, Sendable {
  /// As in an address: lower case, an IPv6 address without brackets.
  let host: String
  let port: Int?

  /// - Throws: `.invalidInput`.
  public init(_ text: String) throws(WinnowError) {
    let complaint = WinnowError(
      .invalidInput, "\"\(text)\" is no host to allow", remedy: "write HOST or HOST:PORT, an IPv6 address in brackets")
    var host = text[...]
    var port: Int?
    if let bracket = host.lastIndex(of: "]"), host.hasPrefix("[") {
      let rest = host[host.index(after: bracket)...]
      host = host[host.index(after: host.startIndex)..<bracket]
      if !rest.isEmpty {
        guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()) else { throw complaint }
        port = number
      }
    } else if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon {
      guard let number = Int(host[host.index(after: colon)...]) else { throw complaint }
      port = number
      host = host[..<colon]
    }
    guard !host.isEmpty, !host.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace }),
      port.map({ (1...65535).contains($0) }) ?? true
    else { throw complaint }
    self.host = host.lowercased()
    self.port = port
  }

  func admits(_ address: WebAddress) -> Bool {
    host == address.host && (port == nil || port == address.port)
  }
}
