import FoundationEssentials
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowFiles

/// `manifest.json`, and before that the plan that an interrupted split goes on by: one JSON document that is written and
/// read a line at a time, so that a million files cost no memory.
enum SplitManifest {
  /// What comes before the files.
  struct Head: Hashable {
    var report: SplitReport
    /// Of each part, by its name.
    var shares: [String: Double]
  }

  struct Entry: Hashable {
    /// Relative to the folder that was split; below the part it lies the same, but for a folder of one class.
    var file: FilePath
    /// Relative to the output.
    var to: FilePath
    var part: DatasetPart
    var label: FilePath
    /// The same number for pictures that belong together.
    var group: Int
    var why: PictureKinship.Reason
    /// Bytes.
    var size: Int64
    var sha256: String
  }

  /// A file that is in no part.
  struct LeftOut: Hashable {
    var file: FilePath
    /// A word for scripts, and a sentence for people.
    var reason: String
    var detail: String
  }

  /// Writes a manifest into an open, empty file.
  final class Writer {
    private let file: FileDescriptor
    private var buffer: [UInt8] = []
    private var isFirst = true
    private let encoder = JSONEncoder()

    /// - Parameter file: borrowed.
    init(_ file: FileDescriptor, _ head: Head) throws(WinnowError) {
      self.file = file
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // The object is left open for the files.
      buffer = try Wire.encode(head).dropLast() + Array(",\"files\":[".utf8)
    }

    func add(_ entry: Entry) throws(WinnowError) { try addLine(entry) }

    /// After the last entry.
    func beginLeftOut() throws(WinnowError) {
      buffer += Array("\n],\"left_out_files\":[".utf8)
      isFirst = true
    }

    func add(_ file: LeftOut) throws(WinnowError) { try addLine(file) }

    func finish() throws(WinnowError) {
      buffer += Array("\n]}\n".utf8)
      try flush()
    }

    private func addLine(_ value: some Encodable) throws(WinnowError) {
      do {
        buffer += Array(isFirst ? "\n".utf8 : ",\n".utf8) + (try encoder.encode(value))
      } catch {
        throw WinnowError(.malformed, "a line of the manifest cannot be written", cause: "\(error)")
      }
      isFirst = false
      if buffer.count > 1 << 20 { try flush() }
    }

    private func flush() throws(WinnowError) {
      do {
        _ = try file.writeAll(buffer)
        buffer.removeAll(keepingCapacity: true)
      } catch {
        throw WinnowError(.systemCall, "the manifest cannot be written", cause: "\(error)")
      }
    }
  }

  /// Reads a manifest that `Writer` wrote.
  ///
  /// - Throws: `.malformed` where it is none; what `entry` and `leftOut` throw.
  static func read(
    _ descriptor: Int32, head: (Head) throws(WinnowError) -> Bool,
    entry: (Entry) throws(WinnowError) -> Void = { _ in },
    leftOut: (LeftOut) throws(WinnowError) -> Void = { _ in }
  ) throws(WinnowError) {
    var lines = ManifestLines(descriptor)
    guard var first = try lines.next(), first.suffix(10).elementsEqual(",\"files\":[".utf8) else { throw broken }
    first.removeLast(10)
    guard try head(Wire.decode(Head.self, from: Data(first + [UInt8(ascii: "}")]))) else { return }
    while var line = try lines.next(), line.first == UInt8(ascii: "{") {
      if line.last == UInt8(ascii: ",") { line.removeLast() }
      try entry(Wire.decode(Entry.self, from: Data(line)))
    }
    while var line = try lines.next(), line.first == UInt8(ascii: "{") {
      if line.last == UInt8(ascii: ",") { line.removeLast() }
      try leftOut(Wire.decode(LeftOut.self, from: Data(line)))
    }
  }

  private static var broken: WinnowError { WinnowError(.malformed, "this is no manifest of a split") }
}

/// The lines of a file, without their ends.
private struct ManifestLines {
  private let descriptor: Int32
  private let fileSystem = LinuxFileSystem()
  private var offset: Int64 = 0
  private var buffer: ArraySlice<UInt8> = []

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  mutating func next() throws(WinnowError) -> [UInt8]? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer = buffer[(end + 1)...] }
        return Array(buffer[..<end])
      }
      do throws(SystemFault) {
        let more = try fileSystem.read(descriptor, at: offset, capacity: 1 << 20)
        if more.isEmpty { return nil }
        offset += Int64(more.count)
        buffer = (buffer + more)[...]
      } catch {
        throw error.about("the manifest")
      }
    }
  }
}

extension SplitManifest.Head: Codable {
  init(from decoder: any Decoder) throws {
    report = try SplitReport(from: decoder)
    shares = try decoder.container(keyedBy: Field.self).decode([String: Double].self, forKey: "shares")
  }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(shares, forKey: "shares")
  }
}

extension SplitManifest.Entry: Codable {
  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    to = try fields.decode(pathForKey: "to")
    part = try fields.decode(DatasetPart.self, forKey: "part")
    label = try fields.decode(pathForKey: "class")
    group = try fields.decode(Int.self, forKey: "group")
    why = try fields.decode(PictureKinship.Reason.self, forKey: "why")
    size = try fields.decode(Int64.self, forKey: "size")
    sha256 = try fields.decode(String.self, forKey: "sha256")
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(path: to, forKey: "to")
    try fields.encode(part, forKey: "part")
    try fields.encode(path: label, forKey: "class")
    try fields.encode(group, forKey: "group")
    try fields.encode(why, forKey: "why")
    try fields.encode(size, forKey: "size")
    try fields.encode(sha256, forKey: "sha256")
  }
}

extension SplitManifest.LeftOut: Codable {
  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    reason = try fields.decode(String.self, forKey: "reason")
    detail = try fields.decode(String.self, forKey: "detail")
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(reason, forKey: "reason")
    try fields.encode(detail, forKey: "detail")
  }
}
