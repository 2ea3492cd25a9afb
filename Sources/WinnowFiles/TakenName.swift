/// How a name that is taken gets a number: `IMG_1.jpg`, `IMG_1-2.jpg`, `IMG_1-3.jpg` …
public enum TakenName {
  /// The longest name Linux file systems take, in bytes.
  static let longestName = 255

  /// `name` with `number` before its ending; number 1 is the name itself. A stem that would make the name too long is
  /// cut, never inside a UTF-8 character.
  public static func numbered(_ name: [UInt8], _ number: Int) -> [UInt8] {
    guard number > 1 else { return name }
    var stem = name
    var ending: ArraySlice<UInt8> = []
    // A dot at the front hides a file and begins no ending; nor is what follows a far-off dot one.
    if let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0, name.count - dot <= 16 {
      stem = Array(name[..<dot])
      ending = name[dot...]
    }
    return numbered(stem: stem, number, room: ending.count) + ending
  }

  /// The stem with its number, cut so that `room` more bytes fit behind it.
  static func numbered(stem: [UInt8], _ number: Int, room: Int) -> [UInt8] {
    guard number > 1 else { return stem }
    let suffix = Array("-\(number)".utf8)
    var stem = stem[...]
    let length = max(0, longestName - suffix.count - room)
    if stem.count > length {
      stem = stem.prefix(length)
      while let last = stem.last, last & 0xC0 == 0x80 { stem = stem.dropLast() }
      if let last = stem.last, last >= 0xC0 { stem = stem.dropLast() }
    }
    return stem + suffix
  }
}
