import WinnowCore

/// The web page.
public struct HTTPConfiguration: Hashable, Sendable {
  /// Nil: no TCP at all.
  public var listen: LoopbackAddress?
  /// Where browsers reach the page through a reverse proxy: `https://photos.example`.
  public var address: String?
}

extension HTTPConfiguration {
  init(_ section: inout SectionReader) {
    listen = section.read("listen", .loopbackAddress)
    address = section.read("address", .pageAddress)
    section.finish()
  }
}

extension ValueFormat where Value == String {
  /// Scheme, host and port of an address alone, in lower case, as a browser's Origin header has them.
  fileprivate static var pageAddress: Self {
    Self(example: "https://photos.example", show: YAMLText.quoted) { (text) throws(WinnowError) in
      let text = text.lowercased()
      let host = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
      let isHost = host.map { host in
        !host.isEmpty
          && host.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
              || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains(byte)
          }
      }
      guard isHost == true else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no address of a page",
          remedy: "write scheme and host alone, such as https://photos.example")
      }
      return text
    }
  }
}
