import FoundationEssentials
public import SystemPackage
public import WinnowCore

/// The name of a JSON field, for types whose paths need two fields each.
public struct Field: CodingKey, ExpressibleByStringLiteral, Hashable, Sendable {
  public let stringValue: String
  public var intValue: Int? { nil }

  public init(stringValue: String) { self.stringValue = stringValue }
  public init(stringLiteral value: String) { stringValue = value }
  public init?(intValue: Int) { nil }

  /// The field beside this one that holds a path's bytes whole.
  var base64: Field { Field(stringValue: stringValue + "_base64") }
}

/// Paths are bytes. One that is UTF-8 is a string as it is; any other is shown escaped under its field, with the
/// bytes themselves in Base64 under `<field>_base64`.
extension KeyedEncodingContainer where Key == Field {
  public mutating func encode(path: FilePath, forKey key: Field) throws {
    let bytes = path.bytes
    if let text = String(validating: bytes, as: UTF8.self) {
      try encode(text, forKey: key)
    } else {
      try encode(FilePath.escape(bytes), forKey: key)
      try encode(Data(bytes).base64EncodedString(), forKey: key.base64)
    }
  }

  public mutating func encodeIfPresent(path: FilePath?, forKey key: Field) throws {
    if let path { try encode(path: path, forKey: key) }
  }

  /// An array of strings; where one of them is not UTF-8, all of them stand in Base64 beside it, in the same order.
  public mutating func encode(paths: [FilePath], forKey key: Field) throws {
    let names = paths.map(\.bytes)
    try encode(names.map { String(validating: $0, as: UTF8.self) ?? FilePath.escape($0) }, forKey: key)
    if names.contains(where: { String(validating: $0, as: UTF8.self) == nil }) {
      try encode(names.map { Data($0).base64EncodedString() }, forKey: key.base64)
    }
  }
}

extension KeyedDecodingContainer where Key == Field {
  public func decode(pathForKey key: Field) throws -> FilePath {
    if let encoded = try decodeIfPresent(String.self, forKey: key.base64) {
      return try path(base64: encoded, key: key.base64)
    }
    return try FilePath(text: decode(String.self, forKey: key), key: key, in: self)
  }

  public func decodeIfPresent(pathForKey key: Field) throws -> FilePath? {
    contains(key) || contains(key.base64) ? try decode(pathForKey: key) : nil
  }

  public func decode(pathsForKey key: Field) throws -> [FilePath] {
    if let encoded = try decodeIfPresent([String].self, forKey: key.base64) {
      return try encoded.map { try path(base64: $0, key: key.base64) }
    }
    return try decode([String].self, forKey: key).map { try FilePath(text: $0, key: key, in: self) }
  }

  private func path(base64: String, key: Field) throws -> FilePath {
    guard let data = Data(base64Encoded: base64), !data.contains(0) else {
      throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no path in Base64")
    }
    return FilePath(bytes: data)
  }
}

extension FilePath {
  /// A NUL would cut the path short without a word, so it is refused.
  fileprivate init(text: String, key: Field, in container: KeyedDecodingContainer<Field>) throws {
    guard !text.utf8.contains(0) else {
      throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "a path holds no NUL")
    }
    self.init(bytes: Array(text.utf8))
  }
}

/// Times travel as RFC 3339 in UTC. The compiler's own coding picks these over `Timestamp`'s, which counts
/// nanoseconds for the ledger.
extension KeyedEncodingContainer {
  public mutating func encode(_ time: Timestamp, forKey key: Key) throws {
    try encode(time.rfc3339, forKey: key)
  }

  public mutating func encodeIfPresent(_ time: Timestamp?, forKey key: Key) throws {
    try encodeIfPresent(time?.rfc3339, forKey: key)
  }
}

extension KeyedDecodingContainer {
  public func decode(_ type: Timestamp.Type, forKey key: Key) throws -> Timestamp {
    guard let time = Timestamp(rfc3339: try decode(String.self, forKey: key)) else {
      throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no RFC 3339 time")
    }
    return time
  }

  public func decodeIfPresent(_ type: Timestamp.Type, forKey key: Key) throws -> Timestamp? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try decode(type, forKey: key)
  }
}
