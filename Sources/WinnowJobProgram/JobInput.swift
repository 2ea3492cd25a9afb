import FoundationEssentials
import Glibc
public import WinnowControlAPI
public import WinnowCore

/// Standard input of a program that does jobs: one line with the request, then nothing until the end, which is the sign to give up.
public struct JobInput {
  /// The labels of 100,000 classes stay far below this. Chosen, not measured.
  private static let longestLine = 64 << 20

  public let descriptor: Int32

  /// - Parameter descriptor: Borrowed.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// - Throws: `.malformed`.
  public func request() throws(WinnowError) -> LabRequest {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while line.last != UInt8(ascii: "\n") {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw WinnowError(.malformed, "there is no whole line with a request") }
      line += buffer[..<count]
      guard line.count <= Self.longestLine else {
        throw WinnowError(.malformed, "the request is longer than \(Self.longestLine) bytes")
      }
    }
    return try Wire.decode(LabRequest.self, from: Data(line))
  }
}
