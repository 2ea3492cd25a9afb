import FoundationEssentials
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// What an unfinished run has seen, a line of JSON a file, so that the next one need not look at it again.
///
/// Lines follow the order of the data set's files. A line that was not written whole ends what is believed.
final class CleaningJournal {
  /// The first line: what the run was asked for.
  struct Head: Hashable, Codable {
    var version = 1
    var folder: String
    var name: String?
    var limits: CleaningLimits
    var classes: [String]?
  }

  struct Line: Codable {
    /// Bytes of the path, base64.
    var path: String
    var size: Int64
    /// Nanoseconds since 1970.
    var modified: Int64
    var sighting: Sighting
    /// Luma, then colour, base64; nil where it was not compared with others.
    var signature: Data?
    /// 32-bit floats, little-endian, base64.
    var feature: Data?
  }

  private let file: OwnedDescriptor
  private let name: String
  private var unread: [UInt8] = []
  private var readOffset: off_t = 0
  /// Where the last believed line ends.
  private var goodEnd: off_t = 0
  private var pending: Line?
  /// Where the pending line begins.
  private var pendingStart: off_t = 0
  private var unwritten: [UInt8] = []
  private var isAtEnd = false

  /// Takes over an open journal, empty or from an earlier run.
  ///
  /// - Throws: `.alreadyExists` where it is of a run that was asked for something else.
  init(_ file: consuming OwnedDescriptor, named name: String, head: Head) throws(WinnowError) {
    self.file = file
    self.name = name
    if let line = try nextLine() {
      guard let known = try? JSONDecoder().decode(Head.self, from: Data(line)), known == head else {
        throw WinnowError(
          .alreadyExists, "\(name) is of an unfinished run with other settings",
          remedy: "repeat the settings of that run, or move its folder away; Winnow never deletes one")
      }
    } else {
      isAtEnd = true
      try append(head)
      try flush()
    }
  }

  /// What is known of `path`, nil where nothing is, or the file changed. To be asked for in order of the paths.
  func recall(_ path: FilePath, size: Int64, modified: Timestamp) throws(WinnowError) -> Line? {
    let bytes = path.bytes
    while !isAtEnd {
      if pending == nil {
        pendingStart = goodEnd
        pending = try nextLine().flatMap { try? JSONDecoder().decode(Line.self, from: Data($0)) }
        if pending == nil {
          goodEnd = pendingStart
          try endReading()
          return nil
        }
      }
      guard let line = pending, let known = Data(base64Encoded: line.path).map(Array.init) else {
        pending = nil
        continue
      }
      if known == bytes {
        pending = nil
        return line.size == size && line.modified == modified.nanoseconds ? line : nil
      }
      // A file that is gone is passed over; one that is new is not known.
      guard known.lexicographicallyPrecedes(bytes) else { return nil }
      pending = nil
    }
    return nil
  }

  /// Cuts off what is not believed; what follows is written there.
  func endReading() throws(WinnowError) {
    guard !isAtEnd else { return }
    isAtEnd = true
    // A line that nobody asked for is of a file that comes later.
    if pending != nil { goodEnd = pendingStart }
    pending = nil
    guard ftruncate(file.raw, goodEnd) == 0 else { throw SystemFault("shorten", errno: errno).about(name) }
  }

  func append(_ value: some Encodable) throws(WinnowError) {
    do {
      unwritten += try JSONEncoder().encode(value)
      unwritten.append(UInt8(ascii: "\n"))
    } catch {
      throw WinnowError(.malformed, "a line of \(name) cannot be written", cause: "\(error)")
    }
    if unwritten.count >= 1 << 18 { try flush() }
  }

  func flush() throws(WinnowError) {
    var written = 0
    while written < unwritten.count {
      let answer = unwritten.withUnsafeBytes { bytes in
        bytes.baseAddress.map { pwrite(file.raw, $0 + written, bytes.count - written, goodEnd + off_t(written)) } ?? 0
      }
      if answer < 0, errno == EINTR { continue }
      guard answer > 0 else { throw SystemFault("write", errno: errno).about(name) }
      written += answer
    }
    goodEnd += off_t(written)
    unwritten.removeAll(keepingCapacity: true)
  }

  /// The next whole line without its end, nil at the end.
  private func nextLine() throws(WinnowError) -> [UInt8]? {
    var searched = 0
    while true {
      if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(unread[..<end])
        unread.removeFirst(end + 1)
        goodEnd += off_t(end + 1)
        return line
      }
      searched = unread.count
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = pread(file.raw, &buffer, buffer.count, readOffset)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SystemFault("read", errno: errno).about(name) }
      if count == 0 { return nil }
      readOffset += off_t(count)
      unread += buffer.prefix(count)
    }
  }
}
