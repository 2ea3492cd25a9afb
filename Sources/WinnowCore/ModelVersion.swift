/// One immutable version of a named model: `flowers@3`.
public struct ModelVersion: Hashable, Sendable, Codable {
  public let name: String
  /// Counts from 1.
  public let version: Int

  public init(name: String, version: Int) {
    self.name = name
    self.version = version
  }
}

extension ModelVersion: CustomStringConvertible {
  public var description: String { "\(name)@\(version)" }
}

/// A model as a person names it: `flowers` (whichever version is current) or `flowers@3`.
public struct ModelReference: Hashable, Sendable {
  public let name: String
  public let version: Int?

  public init(name: String, version: Int?) {
    self.name = name
    self.version = version
  }

  /// Parses `NAME` or `NAME@VERSION`.
  ///
  /// - Throws: `.invalidInput` when the name is empty, holds anything but letters, digits, `.`, `_` and `-`, starts
  ///   with `.` or `-`, is over 100 bytes, or the version is not a positive number.
  public init(_ text: String) throws(WinnowError) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard Self.isValid(name: name) else {
      throw WinnowError(
        .invalidInput, "\"\(text)\" is no model name",
        remedy: "use letters, digits, '.', '_' and '-', starting with a letter, a digit or '_'")
    }
    self.name = name
    if parts.count == 2 {
      guard let number = Int(parts[1]), number > 0 else {
        throw WinnowError(.invalidInput, "\"\(parts[1])\" is no model version", remedy: "write NAME@1, NAME@2 …")
      }
      version = number
    } else {
      version = nil
    }
  }

  /// Whether `name` can be a model's name and so a folder's.
  public static func isValid(name: String) -> Bool {
    guard let first = name.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
    return name.utf8.count <= 100
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      }
  }
}

extension ModelReference: CustomStringConvertible {
  public var description: String { version.map { "\(name)@\($0)" } ?? name }
}
