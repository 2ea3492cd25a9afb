import FoundationEssentials
import SystemPackage
import WinnowCore

/// A value in a provider's JSON answer that knows where it stands, so that a missing field can be named exactly.
struct ProviderAnswer {
  private let value: LenientJSON.Value
  private let provider: String
  /// From the top of the answer: `query.pages[3].title`.
  private let path: String

  /// - Throws: `.sourceChanged` for what is no JSON.
  init(_ bytes: [UInt8], from provider: String) throws(WinnowError) {
    guard let value = LenientJSON.value(bytes) else {
      let start = FilePath.escape(Array(bytes.prefix(60)))
      throw WinnowError(
        .sourceChanged, "\(provider) answered with something that is not JSON, beginning with \"\(start)\"",
        remedy: Self.remedy)
    }
    self.init(value, provider, "")
  }

  private init(_ value: LenientJSON.Value, _ provider: String, _ path: String) {
    self.value = value
    self.provider = provider
    self.path = path
  }

  private static let remedy = "look for a newer version of Winnow, or use another source"

  /// A field of an object; nil where there is none, or null.
  subscript(key: String) -> ProviderAnswer? {
    guard case .object(let fields) = value, let field = fields[key], field != .null else { return nil }
    return ProviderAnswer(field, provider, path.isEmpty ? key : "\(path).\(key)")
  }

  /// - Throws: `.sourceChanged` that names the field.
  func field(_ key: String) throws(WinnowError) -> ProviderAnswer {
    if let field = self[key] { return field }
    throw WinnowError(
      .sourceChanged,
      "\(provider) changed the form of its answers: the field \"\(key)\" is missing in \(place)", remedy: Self.remedy)
  }

  /// - Throws: `.sourceChanged` where it is no list.
  func list() throws(WinnowError) -> [ProviderAnswer] {
    guard case .array(let values) = value else { throw mismatch("a list") }
    return values.enumerated().map { ProviderAnswer($1, provider, "\(path)[\($0)]") }
  }

  /// - Throws: `.sourceChanged` where it is no text.
  func text() throws(WinnowError) -> String {
    guard case .string(let text) = value else { throw mismatch("a text") }
    return text
  }

  /// Text, or a number as text; nil for all else and for an empty one.
  var anyText: String? {
    switch value {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    default: nil
    }
  }

  /// Nil for what is no whole number.
  var integer: Int? { if case .number(let number) = value { Int(exactly: number) } else { nil } }

  /// The fields of an object, sorted by key; none for anything else.
  var fields: [(key: String, value: ProviderAnswer)] {
    guard case .object(let fields) = value else { return [] }
    return fields.sorted { $0.key < $1.key }.map { ($0.key, ProviderAnswer($0.value, provider, "\(path).\($0.key)")) }
  }

  var isEmptyObject: Bool { value == .object([:]) }

  private var place: String { path.isEmpty ? "the answer" : "\"\(path)\"" }

  private func mismatch(_ expected: String) -> WinnowError {
    WinnowError(
      .sourceChanged, "\(provider) changed the form of its answers: \(place) is not \(expected)", remedy: Self.remedy)
  }
}

/// JSON as providers write it: with escapes that JSON does not know (`\'`) and bare control characters in texts.
enum LenientJSON {
  enum Value: Hashable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .string(value)
      } else if let value = try? container.decode([Value].self) {
        self = .array(value)
      } else {
        self = .object(try container.decode([String: Value].self))
      }
    }
  }

  static func value(_ bytes: [UInt8]) -> Value? {
    // Bytes that are not UTF-8 become U+FFFD first: one bad title must not cost the whole answer.
    let text = String(decoding: mended(bytes), as: UTF8.self)
    return try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  /// The same with every escape a known one and no bare control character inside a text.
  static func mended(_ bytes: [UInt8]) -> [UInt8] {
    var mended: [UInt8] = []
    mended.reserveCapacity(bytes.count)
    var isInText = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        isInText.toggle()
        mended.append(byte)
      case UInt8(ascii: "\\") where isInText:
        guard index < bytes.count else { break }
        let escaped = bytes[index]
        index += 1
        switch escaped {
        case UInt8(ascii: "u") where bytes.count - index >= 4 && bytes[index..<index + 4].allSatisfy(isHex):
          mended += [byte, escaped]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
          UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
          mended += [byte, escaped]
        case 0..<0x20: mended.append(0x20)
        default: mended.append(escaped)
        }
      case 0..<0x20 where isInText: mended.append(0x20)
      default: mended.append(byte)
      }
    }
    return mended
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
}
