public import FoundationEssentials
public import SystemPackage
import WinnowControlAPI
public import WinnowCore

/// What a request carries.
public enum ClientBody: Sendable {
  case none
  case json(Data)
  /// The first `length` bytes of an open file.
  case file(FileDescriptor, length: Int)
  /// A JSON object, a newline, and the first `length` bytes of an open file.
  case jsonThenFile(Data, FileDescriptor, length: Int)

  /// - Throws: `.malformed` where a number is not finite.
  public static func json(_ value: some Encodable) throws(WinnowError) -> ClientBody { .json(try Wire.encode(value)) }

  var length: Int? {
    switch self {
    case .none: nil
    case .json(let data): data.count
    case .file(_, let length): length
    case .jsonThenFile(let data, _, let length): data.count + 1 + length
    }
  }

  /// - Returns: whether the daemon took all of it.
  func send(over connection: ClientConnection) throws(WinnowError) -> Bool {
    switch self {
    case .none: true
    case .json(let data): try connection.send(data)
    case .file(let file, let length): try Self.send(file, length: length, over: connection)
    case .jsonThenFile(let data, let file, let length):
      if try connection.send(data + [UInt8(ascii: "\n")]) {
        try Self.send(file, length: length, over: connection)
      } else {
        false
      }
    }
  }

  private static func send(
    _ file: FileDescriptor, length: Int, over connection: ClientConnection
  ) throws(WinnowError) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var offset = 0
    while offset < length {
      let count: Int
      do {
        count = try buffer.withUnsafeMutableBytes { buffer in
          try file.read(
            fromAbsoluteOffset: Int64(offset),
            into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(length - offset)))
        }
      } catch {
        throw WinnowError(.systemCall, "the file cannot be read", cause: "\(error)")
      }
      guard count > 0 else {
        throw WinnowError(.systemCall, "the file became shorter while it was sent", remedy: "try again")
      }
      guard try connection.send(Data(buffer[..<count])) else { return false }
      offset += count
    }
    return true
  }
}
