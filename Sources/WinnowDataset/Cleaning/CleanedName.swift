import SystemPackage
import WinnowCore

/// Names of cleaned pictures: `daisy_00017.jpg`.
enum CleanedName {
  /// Longer beginnings are cut, so that number and ending fit into 255 bytes, also behind a hidden name's prefix.
  private static let longest = 200

  static func name(_ file: DatasetFile, _ settings: CleaningSettings, number: Int) -> FilePath {
    let own = settings.folder.lexicallyNormalized().lastComponent.map { FilePath(root: nil, [$0]).bytes }
    return name(settings.name.map { Array($0.utf8) } ?? file.label ?? own ?? Array("picture".utf8), number: number)
  }

  static func name(_ beginning: [UInt8], number: Int) -> FilePath {
    var beginning = beginning.prefix(longest)
    // Never inside a character.
    while beginning.count == longest, let last = beginning.last, last & 0x80 != 0 { beginning = beginning.dropLast() }
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
    return FilePath(bytes: beginning + Array("_\(zeros)\(digits).jpg".utf8))
  }

  /// - Throws: `.invalidInput` where `name` cannot begin a file's name.
  static func check(_ name: String) throws(WinnowError) {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty, bytes.count <= longest, bytes.first != UInt8(ascii: "."),
      !bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 < 0x20 || $0 == 0x7F })
    else {
      throw WinnowError(
        .invalidInput, "\(FilePath.escape(bytes)) cannot begin the names of files",
        remedy: "use a word such as sunflower: no slash, no dot in front, at most \(longest) bytes")
    }
  }
}
