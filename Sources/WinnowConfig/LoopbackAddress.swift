public import WinnowCore

/// A TCP address that only this machine can reach.
public struct LoopbackAddress: Hashable, Sendable {
  /// An IPv4 address in 127.0.0.0/8, or `::1`.
  public let host: String
  /// 0 lets the system choose.
  public let port: Int

  /// Parses `127.0.0.1:8484`, `localhost:8484` or `[::1]:8484`.
  ///
  /// - Throws: `.invalidInput` when the form is wrong, or the host is not this machine's own.
  public init(_ text: String) throws(WinnowError) {
    guard let colon = text.lastIndex(of: ":"), case let digits = text[text.index(after: colon)...],
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), port <= 65535
    else {
      throw WinnowError(
        .invalidInput, "\"\(text)\" is no address with a port", remedy: "write one such as 127.0.0.1:8484")
    }
    let host = String(text[..<colon])
    switch host {
    case "localhost": self.host = "127.0.0.1"
    case "[::1]": self.host = "::1"
    case _ where Self.isLoopback4(host): self.host = host
    default:
      throw WinnowError(
        .invalidInput, "\"\(host)\" is not this machine's loopback address",
        remedy: "write 127.0.0.1:\(port); to reach it from elsewhere use an SSH tunnel")
    }
    self.port = port
  }

  private static func isLoopback4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
          && (part == "0" || !part.hasPrefix("0")) && Int(part) ?? 256 <= 255
      }
  }
}

extension LoopbackAddress: CustomStringConvertible {
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension ValueFormat where Value == LoopbackAddress {
  static var loopbackAddress: Self {
    Self(example: "127.0.0.1:8484", show: \.description) { (text) throws(WinnowError) in try LoopbackAddress(text) }
  }
}
