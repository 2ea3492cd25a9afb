import FoundationEssentials
import SystemPackage
import WinnowCore
import WinnowFiles

/// A file of JSON objects, a whole line each, durable line by line. What a crash left of a last line is cut off.
final class LineFile {
  private let descriptor: FileDescriptor
  private let name: FilePath
  private let encoder = JSONEncoder()

  /// Opens or makes it, and gives each line that is there to `each`.
  ///
  /// - Throws: naming the file; `.refused` when another process has it.
  init(_ path: FilePath, each: (Data) -> Void) throws(WinnowError) {
    name = path
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 256 << 10)
      var end: Int64 = 0
      while true {
        let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += buffer[..<count]
        var start = bytes.startIndex
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
          each(Data(bytes[start..<newline]))
          end += Int64(newline - start + 1)
          start = newline + 1
        }
        bytes.removeFirst(start)
      }
      if !bytes.isEmpty { try descriptor.resize(to: end) }
      try descriptor.seek(offset: end, from: .start)
    } catch {
      throw WinnowError(.systemCall, "cannot read \(path.escaped)", cause: "\(error)")
    }
  }

  deinit { try? descriptor.close() }

  func append(_ value: some Encodable) throws(WinnowError) {
    do {
      let line = Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
      _ = try descriptor.writeAll(line)
    } catch {
      throw WinnowError(.systemCall, "cannot write \(name.escaped)", cause: "\(error)")
    }
    do throws(SystemFault) {
      try LinuxFileSystem().syncData(descriptor.rawValue)
    } catch {
      throw error.about(name.escaped)
    }
  }
}
