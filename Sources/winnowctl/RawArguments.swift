import Glibc

/// The command line without loss. Names of files are bytes, but the parser takes strings: a byte that is not UTF-8
/// passes through it as a private character, and `FilePath(argument:)` makes it a byte again.
enum RawArguments {
  /// U+10FF00 to U+10FFFF, for private use, stand for the bytes 0x00 to 0xFF.
  private static let base: UInt32 = 0x10FF00

  /// The arguments of this process but its name.
  static var ofProcess: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { text(of: Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) }
    }
  }

  static func text(of bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      let length = (1...4).first { rest.count >= $0 && String(validating: rest.prefix($0), as: UTF8.self) != nil }
      if let length {
        text += String(decoding: rest.prefix(length), as: UTF8.self)
      } else if let byte = rest.first, let scalar = Unicode.Scalar(base + UInt32(byte)) {
        text.unicodeScalars.append(scalar)
      }
      rest = rest.dropFirst(length ?? 1)
    }
    return text
  }

  static func bytes(of text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
      scalar.value >= base ? [UInt8(scalar.value - base)] : Array(String(Character(scalar)).utf8)
    }
  }
}
