public import SystemPackage

/// Paths are bytes, not text: these give the bytes without loss, and a text for people.
extension FilePath {
  /// The path's bytes without the terminating NUL.
  public var bytes: [UInt8] {
    withPlatformString { pointer in
      Array(UnsafeRawBufferPointer(start: pointer, count: length))
    }
  }

  /// A path of exactly these bytes, but for repeated and trailing slashes. Bytes after a NUL are dropped, as the
  /// kernel would.
  public init(bytes: some Sequence<UInt8>) {
    var characters = bytes.prefix { $0 != 0 }.map { CInterop.PlatformChar(bitPattern: $0) }
    characters.append(0)
    self.init(platformString: characters)
  }

  /// The path for a terminal or a log: control characters, backslashes and bytes that are not UTF-8 as `\xNN`.
  public var escaped: String { Self.escape(bytes) }

  /// `bytes` for a terminal or a log, as `escaped` describes.
  public static func escape(_ bytes: [UInt8]) -> String {
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let length: Int =
        switch first {
        case 0x00...0x7F: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
      if length > 0, let scalar = String(validating: rest.prefix(length), as: UTF8.self), isPrintable(scalar) {
        text += scalar
        rest = rest.dropFirst(length)
      } else {
        let digits = String(first, radix: 16)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
        rest = rest.dropFirst()
      }
    }
    return text
  }

  private static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      // Format characters turn text around (right-to-left override), so they are shown as bytes.
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
      default: scalar != "\\"
      }
    }
  }
}
