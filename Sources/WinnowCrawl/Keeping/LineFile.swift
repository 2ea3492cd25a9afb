import SystemPackage
import WinnowCore
import WinnowFiles

/// Reads a file line by line, however long it is.
struct LineFile: ~Copyable {
  private let fileSystem: any FileSystem
  private let descriptor: OwnedDescriptor
  private var offset: Int64 = 0
  private var buffer: ArraySlice<UInt8> = []
  private var isAtEnd = false

  /// Longer ones are handed out in pieces.
  static let longestLine = 1 << 20

  init(_ descriptor: consuming OwnedDescriptor, on fileSystem: any FileSystem) {
    self.descriptor = descriptor
    self.fileSystem = fileSystem
  }

  /// The next line without its end, and whether it has one; nil after the last.
  mutating func next() throws(SystemFault) -> (line: ArraySlice<UInt8>, isWhole: Bool)? {
    var searched = 0
    while true {
      if let end = buffer.dropFirst(searched).firstIndex(of: 0x0A) {
        let line = buffer[..<end]
        buffer = buffer[(end + 1)...]
        return (line, true)
      }
      if isAtEnd || buffer.count > Self.longestLine {
        if buffer.isEmpty { return nil }
        defer { buffer = [] }
        return (buffer, false)
      }
      searched = buffer.count
      let more = try fileSystem.read(descriptor.raw, at: offset, capacity: 64 << 10)
      offset += Int64(more.count)
      isAtEnd = more.isEmpty
      buffer = ArraySlice(Array(buffer) + more)
    }
  }
}
