import CCurl
import WinnowCore

/// An http or https address, absolute, in one spelling: dot segments gone, host in lower case, no fragment, no
/// default port, everything but ASCII percent-encoded.
struct WebAddress: Hashable, Sendable {
  let text: String
  /// `http` or `https`.
  let scheme: String
  /// A name or an address, without brackets.
  let host: String
  let port: Int
  /// Path and query, as a server sees them.
  let target: String

  /// Scheme, host and port: whose robots.txt and whose pace counts.
  var origin: String { "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// - Returns: Nil for what is no http or https address, and for one with a user name.
  init?(_ text: String) { self.init(reference: Array(text.utf8), base: nil) }

  /// - Parameter reference: As it stands in a page or in a header: perhaps relative, perhaps with spaces or in some
  ///   encoding of a text.
  init?(reference: [UInt8], base: WebAddress?) {
    let cleaned = Self.cleaned(reference)
    if let scheme = Self.scheme(of: cleaned), scheme != "http", scheme != "https" { return nil }
    guard let parts = AddressParts(), parts.take(String(decoding: cleaned, as: UTF8.self), base: base?.text),
      let text = parts.text, let scheme = parts[CURLUPART_SCHEME], ["http", "https"].contains(scheme),
      let host = parts[CURLUPART_HOST], !host.isEmpty, let port = parts[CURLUPART_PORT].flatMap({ Int($0) })
    else { return nil }
    self.text = text
    self.scheme = scheme
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.port = port
    target = (parts[CURLUPART_PATH] ?? "/") + (parts[CURLUPART_QUERY].map { "?" + $0 } ?? "")
  }

  /// This address with another query, made of the pairs.
  func with(_ query: [(String, String)]) -> WebAddress? {
    let pairs = query.map { "\(PercentEncoding.component($0.0))=\(PercentEncoding.component($0.1))" }
    return WebAddress(text.prefix { $0 != "?" } + "?" + pairs.joined(separator: "&"))
  }

  /// As browsers read what stands in a page: no surrounding white space, no line breaks, `\` for `/` before the
  /// query, and what an address may not hold percent-encoded byte by byte.
  private static func cleaned(_ reference: [UInt8]) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
    let trimmed = Array(reference.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    var cleaned: [UInt8] = []
    var isBeforeQuery = true
    for byte in trimmed {
      switch byte {
      case 0x09, 0x0A, 0x0D: continue
      case UInt8(ascii: "?"), UInt8(ascii: "#"):
        isBeforeQuery = false
        cleaned.append(byte)
      case UInt8(ascii: "\\") where isBeforeQuery: cleaned.append(UInt8(ascii: "/"))
      case 0...0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
        UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
        cleaned += PercentEncoding.escape(byte)
      default: cleaned.append(byte)
      }
    }
    return cleaned
  }

  /// The scheme in lower case, nil for a relative reference (RFC 3986, 3.1).
  private static func scheme(of reference: [UInt8]) -> String? {
    guard let colon = reference.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
    let scheme = String(decoding: reference[..<colon], as: UTF8.self).lowercased()
    guard scheme.first.map({ $0.isASCII && $0.isLetter }) ?? false,
      scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
    else { return nil }
    return scheme
  }
}

/// libcurl's parser of addresses, the same that connects: what we check is what it uses.
private struct AddressParts: ~Copyable {
  private let handle: OpaquePointer

  init?() {
    guard let handle = curl_url() else { return nil }
    self.handle = handle
  }

  deinit { curl_url_cleanup(handle) }

  /// - Returns: Whether it is an address.
  func take(_ reference: String, base: String?) -> Bool {
    let flags = UInt32(CURLU_DISALLOW_USER)
    if let base, curl_url_set(handle, CURLUPART_URL, base, flags) != CURLUE_OK { return false }
    guard curl_url_set(handle, CURLUPART_URL, reference, flags) == CURLUE_OK else { return false }
    curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
    guard let host = self[CURLUPART_HOST] else { return false }
    // `example.com.` is the same host, and must not pass for another.
    let name = host.lowercased()
    let plain = name.hasSuffix(".") ? String(name.dropLast()) : name
    return curl_url_set(handle, CURLUPART_HOST, plain, 0) == CURLUE_OK
  }

  var text: String? { value(CURLUPART_URL, UInt32(CURLU_NO_DEFAULT_PORT)) }

  subscript(part: CURLUPart) -> String? { value(part, UInt32(CURLU_DEFAULT_PORT)) }

  private func value(_ part: CURLUPart, _ flags: UInt32) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
