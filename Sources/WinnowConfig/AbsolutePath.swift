import SystemPackage
import WinnowCore

/// The rules for paths in the configuration.
enum AbsolutePath {
  /// - Throws: `.invalidInput` for a path that is empty, relative, the root folder, too long for the system, or holds
  ///   `..` or a NUL.
  static func parse(_ bytes: [UInt8]) throws(WinnowError) -> FilePath {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let first = bytes.first else {
      throw WinnowError(.invalidInput, "the path is empty", remedy: "write a path that starts with /")
    }
    if first == UInt8(ascii: "~") {
      throw WinnowError(
        .invalidInput, "\"~\" in \"\(text)\" is not replaced by a home folder",
        remedy: "write the whole path, such as /home/ann/Pictures")
    }
    guard first == UInt8(ascii: "/") else {
      throw WinnowError(.invalidInput, "\"\(text)\" is not absolute", remedy: "write a path that starts with /")
    }
    guard !bytes.contains(0) else {
      throw WinnowError(.invalidInput, "the path holds a NUL character", remedy: "remove it")
    }
    let path = FilePath(bytes: bytes)
    guard !path.components.contains(where: { $0.kind == .parentDirectory }) else {
      throw WinnowError(.invalidInput, "\"\(text)\" holds \"..\"", remedy: "write the path without it")
    }
    guard bytes.count < 4096, bytes.split(separator: UInt8(ascii: "/")).allSatisfy({ $0.count <= 255 }) else {
      throw WinnowError(
        .invalidInput, "\"\(text.prefix(60))…\" is too long for the system",
        remedy: "use at most 4095 bytes, and 255 for each name")
    }
    let normal = path.lexicallyNormalized()
    guard !normal.components.isEmpty else {
      throw WinnowError(.invalidInput, "\"\(text)\" is the root folder", remedy: "name a folder in it")
    }
    return normal
  }
}
