/// Writes TIFF structures for tests: EXIF blocks, and files that begin as RAW files do.
public struct TIFFWriter {
  public enum Value {
    case text(String)
    case short(Int)
    case long(Int)
    case shorts([Int])
    case bytes([UInt8])
    /// A place where these bytes stand.
    case data([UInt8])
    case directory(Directory)
    /// Two or more.
    case directories([Directory])
  }

  public typealias Directory = [(tag: Int, value: Value)]

  public var isBigEndian = false
  public var magic = 42
  /// Stands between the head and the first directory.
  public var preamble: [UInt8] = []

  public init(isBigEndian: Bool = false, magic: Int = 42, preamble: [UInt8] = []) {
    self.isBigEndian = isBigEndian
    self.magic = magic
    self.preamble = preamble
  }

  /// A file with a chain of directories, the first one right behind the head.
  public func bytes(_ chain: [Directory]) -> [UInt8] {
    var file = Array((isBigEndian ? "MM" : "II").utf8) + number(magic, 2) + number(8 + preamble.count, 4) + preamble
    var link: Int?
    for directory in chain {
      if let link { file.replaceSubrange(link..<link + 4, with: number(file.count, 4)) }
      let start = add(directory, to: &file)
      link = start + 2 + 12 * directory.count
    }
    return file
  }

  /// - Returns: where it stands.
  private func add(_ directory: Directory, to file: inout [UInt8]) -> Int {
    let start = file.count
    file += number(directory.count, 2) + [UInt8](repeating: 0, count: 12 * directory.count + 4)
    for (index, (tag, value)) in directory.enumerated() {
      let (type, count, bytes) = field(value, in: &file)
      var field = bytes
      if bytes.count > 4 {
        field = number(file.count, 4)
        file += bytes
      }
      let entry = number(tag, 2) + number(type, 2) + number(count, 4) + field
      let place = start + 2 + 12 * index
      file.replaceSubrange(place..<place + 12, with: entry + [UInt8](repeating: 0, count: 12 - entry.count))
    }
    return start
  }

  private func field(_ value: Value, in file: inout [UInt8]) -> (type: Int, count: Int, bytes: [UInt8]) {
    switch value {
    case .text(let text):
      let characters = Array(text.utf8) + [0]
      return (2, characters.count, characters)
    case .short(let short): return (3, 1, number(short, 2))
    case .shorts(let shorts): return (3, shorts.count, shorts.flatMap { number($0, 2) })
    case .long(let long): return (4, 1, number(long, 4))
    case .bytes(let bytes): return (7, bytes.count, bytes)
    case .data(let data):
      let place = file.count
      file += data
      return (4, 1, number(place, 4))
    case .directory(let directory): return (4, 1, number(add(directory, to: &file), 4))
    case .directories(let directories):
      // Their list comes first, as cameras write it.
      let list = file.count
      file += [UInt8](repeating: 0, count: 4 * directories.count)
      for (index, directory) in directories.enumerated() {
        let place = list + 4 * index
        let start = add(directory, to: &file)
        file.replaceSubrange(place..<place + 4, with: number(start, 4))
      }
      return (4, directories.count, number(list, 4))
    }
  }

  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isBigEndian ? little.reversed() : little
  }
}
