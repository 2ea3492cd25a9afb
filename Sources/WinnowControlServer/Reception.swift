import FoundationEssentials
import WinnowControlAPI
import WinnowCore

/// The body of an accepted request while it comes. Confined to the event loop.
final class Reception {
  let admission: Admission
  private let spool: Spool
  private let limits: ControlLimits
  private var json = Data()
  private var writer: SpoolWriter?

  /// - Throws: `.busy`, `.systemCall` where no file can be had for the body.
  init(_ admission: Admission, spool: Spool, limits: ControlLimits) throws(WinnowError) {
    self.admission = admission
    self.spool = spool
    self.limits = limits
    if admission.route.body == .file { writer = try spool.open(expecting: admission.length) }
  }

  /// - Throws: `.tooLarge`, `.systemCall`.
  func append(_ bytes: UnsafeRawBufferPointer) throws(WinnowError) {
    switch admission.route.body {
    case .none:
      throw RequestGate.tooLarge(limit: 0)
    case .json:
      try appendJSON(bytes)
    case .file:
      try writer?.write(bytes)
    case .jsonThenFile:
      if let writer { return try writer.write(bytes) }
      guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return try appendJSON(bytes) }
      try appendJSON(UnsafeRawBufferPointer(rebasing: bytes[..<newline]))
      let length = admission.length.map { $0 - json.count - 1 }
      let writer = try spool.open(expecting: length)
      self.writer = writer
      try writer.write(UnsafeRawBufferPointer(rebasing: bytes[(newline + 1)...]))
    }
  }

  /// - Throws: `.systemCall`.
  func finish() throws(WinnowError) -> IncomingRequest {
    IncomingRequest(admission: admission, json: json, file: try writer?.finish())
  }

  private func appendJSON(_ bytes: UnsafeRawBufferPointer) throws(WinnowError) {
    guard json.count + bytes.count <= limits.json else { throw RequestGate.tooLarge(limit: limits.json) }
    json.append(contentsOf: bytes)
  }
}
