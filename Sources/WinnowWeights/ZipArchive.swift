import WinnowCore

/// The members of a zip file that are stored as they are, as PyTorch writes them.
///
/// Only the directory at the end counts. Nothing is copied: a member is a slice of the file. Checksums are not
/// compared, since PyTorch can be told to write none.
/// Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
struct ZipArchive {
  /// As many as no network has tensors; chosen, not measured.
  static let mostMembers = 100_000

  private struct Member {
    var place: Range<Int>
    var isStored: Bool
  }

  private struct Directory {
    var place: Range<Int>
    var count: Int
  }

  private struct Entry {
    var name: String
    var nameBytes: ArraySlice<UInt8>
    var flags: UInt16
    var method: UInt16
    var size: Int
    var fullSize: Int
    var header: Int
  }

  private static let endSize = 22
  private static let locatorSize = 20

  private let file: [UInt8]
  private let members: [String: Member]

  /// - Throws: `.malformed` for a file that is no zip file, or whose directory contradicts itself or the file.
  init(_ file: [UInt8]) throws(WinnowError) {
    self.file = file
    let directory = try Self.directory(file)
    var reader = try ByteReader(file[directory.place], at: directory.place.lowerBound)
    var members: [String: Member] = [:]
    var places: [Range<Int>] = []
    for _ in 0..<directory.count {
      let entry = try Self.entry(&reader)
      let place = try Self.place(of: entry, in: file[..<directory.place.lowerBound])
      guard members.updateValue(Member(place: place, isStored: entry.method == 0), forKey: entry.name) == nil else {
        throw .brokenStateDict("its member \"\(entry.name.shown)\" is there twice")
      }
      places.append(entry.header..<place.upperBound)
    }
    guard reader.remaining == 0 else { throw .brokenStateDict("its directory has not as many members as it says") }
    places.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(places, places.dropFirst()) where second.lowerBound < first.upperBound {
      throw .brokenStateDict("two of its members overlap")
    }
    self.members = members
  }

  /// Whether a file begins as this format does.
  static func isBeginning(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

  var names: some Collection<String> { members.keys }

  /// The bytes of a member; nil where there is none of the name.
  ///
  /// - Throws: `.malformed` for a member that is compressed.
  func member(_ name: String) throws(WinnowError) -> ArraySlice<UInt8>? {
    guard let member = members[name] else { return nil }
    guard member.isStored else {
      throw .brokenStateDict(
        "its member \"\(name.shown)\" is compressed (deflated), which PyTorch never does",
        remedy: "load it in Python and save it again with torch.save")
    }
    return file[member.place]
  }

  private static func directory(_ file: [UInt8]) throws(WinnowError) -> Directory {
    // A comment of at most 65535 bytes may follow the end record.
    let first = max(0, file.count - endSize - 0xFFFF)
    var position = file.count - endSize
    while position >= first {
      var reader = try ByteReader(file[...], at: position)
      if try reader.integer(UInt32.self) == 0x0605_4B50 {
        let disks = [try reader.integer(UInt16.self), try reader.integer(UInt16.self)]
        let counts = [try reader.integer(UInt16.self), try reader.integer(UInt16.self)]
        let size = try reader.integer(UInt32.self)
        let offset = try reader.integer(UInt32.self)
        if Int(try reader.integer(UInt16.self)) == reader.remaining {
          if counts.contains(.max) || size == .max || offset == .max {
            return try largeDirectory(file, before: position)
          }
          guard disks == [0, 0], counts[0] == counts[1] else { throw inParts }
          return try directory(count: UInt64(counts[0]), size: UInt64(size), offset: UInt64(offset), before: position)
        }
      }
      position -= 1
    }
    throw .brokenStateDict("it is a zip file whose end is missing")
  }

  /// The directory as zip64 records it, for files of 4 GiB or 65535 members.
  private static func largeDirectory(_ file: [UInt8], before end: Int) throws(WinnowError) -> Directory {
    var locator = try ByteReader(file[..<end], at: end - locatorSize)
    guard try locator.integer(UInt32.self) == 0x0706_4B50, try locator.integer(UInt32.self) == 0,
      let position = Int(exactly: try locator.integer(UInt64.self)), try locator.integer(UInt32.self) <= 1
    else { throw inParts }
    var reader = try ByteReader(file[..<(end - locatorSize)], at: position)
    guard try reader.integer(UInt32.self) == 0x0606_4B50, try reader.integer(UInt64.self) >= 44 else {
      throw .brokenStateDict("its end record cannot be read")
    }
    _ = try reader.take(4)
    let disks = [try reader.integer(UInt32.self), try reader.integer(UInt32.self)]
    let counts = [try reader.integer(UInt64.self), try reader.integer(UInt64.self)]
    guard disks == [0, 0], counts[0] == counts[1] else { throw inParts }
    let size = try reader.integer(UInt64.self)
    return try directory(count: counts[0], size: size, offset: reader.integer(UInt64.self), before: position)
  }

  private static func directory(
    count: UInt64, size: UInt64, offset: UInt64, before end: Int
  ) throws(WinnowError) -> Directory {
    guard offset <= UInt64(end), size <= UInt64(end) - offset else {
      throw .brokenStateDict("its directory lies outside of it")
    }
    guard count <= mostMembers else { throw .brokenStateDict("it has more than \(mostMembers) members") }
    return Directory(place: Int(offset)..<Int(offset + size), count: Int(count))
  }

  private static func entry(_ reader: inout ByteReader) throws(WinnowError) -> Entry {
    guard try reader.integer(UInt32.self) == 0x0201_4B50 else {
      throw .brokenStateDict("its directory cannot be read")
    }
    _ = try reader.take(4)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    _ = try reader.take(8)
    let size = try reader.integer(UInt32.self)
    let fullSize = try reader.integer(UInt32.self)
    let nameLength = try reader.integer(UInt16.self)
    let extraLength = try reader.integer(UInt16.self)
    let commentLength = try reader.integer(UInt16.self)
    let disk = try reader.integer(UInt16.self)
    _ = try reader.take(6)
    let header = try reader.integer(UInt32.self)
    let nameBytes = try reader.take(nameLength)
    var large = try largeFields(try reader.take(extraLength))
    _ = try reader.take(commentLength)
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw .brokenStateDict("the name of a member is no UTF-8")
    }
    guard disk == 0 else { throw inParts }
    // Of the wide fields those are there whose narrow ones are full, in this order.
    func wide(_ narrow: UInt32) throws(WinnowError) -> Int {
      guard narrow == .max else { return Int(narrow) }
      guard let value = Int(exactly: try large.integer(UInt64.self)) else {
        throw .brokenStateDict("its member \"\(name.shown)\" lies outside of it")
      }
      return value
    }
    let wideFullSize = try wide(fullSize)
    let wideSize = try wide(size)
    return Entry(
      name: name, nameBytes: nameBytes, flags: flags, method: method, size: wideSize, fullSize: wideFullSize,
      header: try wide(header))
  }

  /// The field of zip64 among the extra ones; empty where there is none.
  private static func largeFields(_ extra: ArraySlice<UInt8>) throws(WinnowError) -> ByteReader {
    var reader = ByteReader(extra)
    while reader.remaining >= 4 {
      let kind = try reader.integer(UInt16.self)
      let field = try reader.take(try reader.integer(UInt16.self))
      if kind == 1 { return ByteReader(field) }
    }
    return ByteReader([])
  }

  /// Where the bytes of a member are: behind its own header, which has to agree with the directory.
  ///
  /// - Parameter file: What lies before the directory.
  private static func place(of entry: Entry, in file: ArraySlice<UInt8>) throws(WinnowError) -> Range<Int> {
    var reader = try ByteReader(file, at: entry.header)
    guard try reader.integer(UInt32.self) == 0x0403_4B50 else {
      throw .brokenStateDict("its member \"\(entry.name.shown)\" is not where its directory says")
    }
    _ = try reader.take(2)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    _ = try reader.take(8)
    let size = try reader.integer(UInt32.self)
    _ = try reader.take(4)
    let nameLength = try reader.integer(UInt16.self)
    let extraLength = try reader.integer(UInt16.self)
    let name = try reader.take(nameLength)
    _ = try reader.take(extraLength)
    // With bit 3 the sizes stand behind the member.
    let sizeAgrees = flags & 8 != 0 || size == .max || Int(size) == entry.size
    guard name == entry.nameBytes, method == entry.method, sizeAgrees,
      entry.method != 0 || entry.size == entry.fullSize
    else {
      throw .brokenStateDict("its member \"\(entry.name.shown)\" is not what its directory says")
    }
    guard (flags | entry.flags) & 1 == 0 else {
      throw .brokenStateDict("its member \"\(entry.name.shown)\" is encrypted")
    }
    guard entry.size <= reader.remaining else {
      throw .brokenStateDict("its member \"\(entry.name.shown)\" lies outside of it")
    }
    return reader.position..<reader.position + entry.size
  }

  private static var inParts: WinnowError { .brokenStateDict("its end record does not describe one whole zip file") }
}
