import Glibc
import WinnowControlAPI
public import WinnowCore

/// The lines that such a program writes for whoever started it.
public struct JobOutput {
  private struct Nothing: Codable, Sendable {}

  public let descriptor: Int32

  /// - Parameter descriptor: Borrowed.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  public func progress(_ share: Double, _ text: String) {
    write(LabRecord<Nothing>(progress: share, text: text))
  }

  /// The event of this number was taken.
  public func delivered(_ event: Int64) { write(LabRecord<Nothing>(delivered: event)) }

  public func finish(_ result: some Codable & Sendable) { write(LabRecord(result: result)) }

  public func fail(_ error: WinnowError) { write(LabRecord<Nothing>(error: ErrorReply(error).error)) }

  /// A reader that is gone wants no more: its end shows on standard input too.
  private func write(_ record: some Encodable) {
    guard let line = try? Wire.encode(record) else { return }
    var rest = Array(line + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
