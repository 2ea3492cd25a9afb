public import SystemPackage
public import WinnowCore

/// Percent-encoding as RFC 3986 has it. Values are bytes, so any file name passes.
enum Percent {
  static func encode(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += byte < 0x10 ? "%0" : "%"
        text += String(byte, radix: 16, uppercase: true)
      }
    }
    return text
  }

  /// `nil` where a `%` is not followed by two hexadecimal digits.
  static func decode(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

/// The part of a request line behind the `?`, as names with byte values.
public struct Query: Hashable, Sendable {
  private var values: [String: [UInt8]] = [:]

  public init() {}

  /// - Throws: `.invalidInput` where a name repeats or a `%` encodes nothing.
  public init(parsing text: Substring) throws(WinnowError) {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Percent.decode(parts[0]).flatMap({ String(validating: $0, as: UTF8.self) }),
        let value = Percent.decode(parts.count == 2 ? parts[1] : "")
      else { throw WinnowError(.invalidInput, "the query is not percent-encoded") }
      guard values.updateValue(value, forKey: name) == nil else {
        throw WinnowError(.invalidInput, "\"\(name)\" stands in the query twice")
      }
    }
  }

  public subscript(bytes name: String) -> [UInt8]? {
    get { values[name] }
    set { values[name] = newValue }
  }

  public subscript(name: String) -> String? {
    get { values[name].map { String(decoding: $0, as: UTF8.self) } }
    set { values[name] = newValue.map { Array($0.utf8) } }
  }

  public subscript(path name: String) -> FilePath? {
    get { values[name].map { FilePath(bytes: $0) } }
    set { values[name] = newValue?.bytes }
  }

  /// `1` and `true` mean yes; nothing, `0` and `false` no.
  public func flag(_ name: String) throws(WinnowError) -> Bool {
    switch self[name] {
    case nil, "0", "false": false
    case "1", "true", "": true
    case let other?: throw WinnowError(.invalidInput, "\"\(name)\" is 1 or 0, not \"\(other)\"")
    }
  }

  public func integer(_ name: String) throws(WinnowError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw WinnowError(.invalidInput, "\"\(name)\" is a number, not \"\(text)\"")
    }
    return value
  }

  public func time(_ name: String) throws(WinnowError) -> Timestamp? {
    guard let text = self[name] else { return nil }
    guard let value = Timestamp(rfc3339: text) else {
      throw WinnowError(.invalidInput, "\"\(name)\" is a time like 2026-03-01T09:30:00Z, not \"\(text)\"")
    }
    return value
  }

  /// The first name that is none of `names`: a typing error is told, not passed over.
  public func unknownName(besides names: [String]) -> String? {
    values.keys.sorted().first { !names.contains($0) }
  }

  /// `?a=1&b=2` in order of the names; empty without values.
  public var text: String {
    values.isEmpty
      ? ""
      : "?"
        + values.sorted { $0.key < $1.key }
        .map { Percent.encode(Array($0.key.utf8)) + "=" + Percent.encode($0.value) }
        .joined(separator: "&")
  }
}
