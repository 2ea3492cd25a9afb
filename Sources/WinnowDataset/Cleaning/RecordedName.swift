import FoundationEssentials
import SystemPackage
import WinnowCore

/// How names of files stand in JSON: as text, and where their bytes are not UTF-8 as escaped text with the bytes beside
/// it in base64.
enum RecordedName {
  struct Key: CodingKey {
    let stringValue: String
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    var intValue: Int? { nil }
  }

  static func encode(
    _ bytes: [UInt8], as key: String, into container: inout KeyedEncodingContainer<Key>
  ) throws {
    if let text = String(validating: bytes, as: UTF8.self) {
      try container.encode(text, forKey: Key(key))
    } else {
      try container.encode(FilePath.escape(bytes), forKey: Key(key))
      try container.encode(Data(bytes).base64EncodedString(), forKey: Key(key + "_base64"))
    }
  }

  static func decode(_ key: String, from container: KeyedDecodingContainer<Key>) throws -> [UInt8] {
    if let text = try container.decodeIfPresent(String.self, forKey: Key(key + "_base64")),
      let data = Data(base64Encoded: text)
    {
      return Array(data)
    }
    return Array(try container.decode(String.self, forKey: Key(key)).utf8)
  }
}
