import SystemPackage
import WinnowCore
import WinnowFiles

/// A file with an address a line; empty lines, and those that begin with `#`, are passed over.
final class ListSource: CrawlSource {
  /// Addresses handed on at a time.
  private static let page = 64
  /// A longer line is no address.
  private static let longestLine = 16 << 10

  let heedsRobots = false
  private let file: OwnedDescriptor
  private let fileSystem = LinuxFileSystem()
  private var offset: Int64 = 0
  private var rest: [UInt8] = []
  private var isAtEnd = false
  /// Lines that hold no http or https address.
  private(set) var badLines = 0

  /// - Throws: naming the file.
  init(_ path: FilePath) throws(WinnowError) {
    guard let name = path.lastComponent else {
      throw WinnowError(.invalidInput, "\(path.escaped) is no file of addresses")
    }
    do throws(SystemFault) {
      let root = try Root(opening: path.removingLastComponent(), on: fileSystem)
      file = OwnedDescriptor(try fileSystem.openFile(FilePath(root: nil, components: name), in: root.raw))
    } catch {
      throw error.about(path.escaped)
    }
  }

  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]? {
    var found: [FoundPicture] = []
    while found.count < Self.page, let line = try line() {
      let text = String(decoding: line, as: UTF8.self)
      guard let address = WebAddress(text) else {
        badLines += 1
        continue
      }
      found.append(FoundPicture(.web(address)))
    }
    return found.isEmpty && isAtEnd && rest.isEmpty ? nil : found
  }

  /// The next line that is not empty and no remark.
  private func line() throws(WinnowError) -> [UInt8]? {
    while true {
      while !isAtEnd, !rest.contains(UInt8(ascii: "\n")), rest.count <= Self.longestLine { try read() }
      guard !rest.isEmpty else { return nil }
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.count
      var line = rest[..<end]
      rest.removeFirst(min(rest.count, end + 1))
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
      let trimmed = Array(line.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed())
      if !trimmed.isEmpty, trimmed[0] != UInt8(ascii: "#") { return trimmed }
    }
  }

  private func read() throws(WinnowError) {
    do throws(SystemFault) {
      let more = try fileSystem.read(file.raw, at: offset, capacity: 64 << 10)
      offset += Int64(more.count)
      isAtEnd = more.isEmpty
      rest += more
    } catch {
      throw error.about("the file of addresses")
    }
  }
}
