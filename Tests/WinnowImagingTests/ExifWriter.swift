/// Writes EXIF blocks for tests.
struct ExifWriter {
  enum Value {
    case text(String)
    case short(Int)
    case long(Int)
  }

  var isBigEndian = true
  /// Entries of the first directory.
  var main: [(tag: Int, value: Value)] = []
  /// Entries of the EXIF directory, which is left out when there are none.
  var photo: [(tag: Int, value: Value)] = []

  var bytes: [UInt8] {
    let start = 8
    let mainLength = 2 + 12 * (main.count + (photo.isEmpty ? 0 : 1)) + 4
    let photoLength = photo.isEmpty ? 0 : 2 + 12 * photo.count + 4
    var values: [UInt8] = []
    let valueStart = start + mainLength + photoLength
    func directory(_ entries: [(tag: Int, value: Value)]) -> [UInt8] {
      var bytes = number(entries.count, 2)
      for (tag, value) in entries {
        bytes += number(tag, 2)
        switch value {
        case .short(let short): bytes += number(3, 2) + number(1, 4) + number(short, 2) + [0, 0]
        case .long(let long): bytes += number(4, 2) + number(1, 4) + number(long, 4)
        case .text(let text):
          let characters = Array(text.utf8) + [0]
          bytes += number(2, 2) + number(characters.count, 4)
          if characters.count <= 4 {
            bytes += characters + Array(repeating: 0, count: 4 - characters.count)
          } else {
            bytes += number(valueStart + values.count, 4)
            values += characters
          }
        }
      }
      return bytes + number(0, 4)
    }
    let link: [(tag: Int, value: Value)] = photo.isEmpty ? [] : [(0x8769, .long(start + mainLength))]
    let head = (isBigEndian ? Array("MM".utf8) : Array("II".utf8)) + number(42, 2) + number(start, 4)
    let directories = directory(main + link) + (photo.isEmpty ? [] : directory(photo))
    return head + directories + values
  }

  /// A small PNG that carries the block.
  var picture: [UInt8] {
    var file = PNGFile(width: 3, height: 2)
    file.chunks = [("eXIf", bytes)]
    return file.bytes
  }

  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    let big = PNGFile.big(value, count)
    return isBigEndian ? big : big.reversed()
  }
}
