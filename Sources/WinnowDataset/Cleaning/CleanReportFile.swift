import FoundationEssentials
import SystemPackage
import WinnowCore
import WinnowFiles

/// `report.json` and the plan, which has the same form: written piece by piece, since a million entries at once would
/// cost gigabytes.
enum CleanReportFile {
  /// The file's bytes in pieces.
  static func chunks(_ report: CleanReport) throws(WinnowError) -> some Sequence<[UInt8]> {
    var head = report
    (head.kept, head.leftOut, head.doubts) = ([], [], [])
    let encoder = encoder()
    var opening: [UInt8]
    var counts = Array(",\n\"counts\":".utf8)
    do {
      opening = Array(try encoder.encode(head))
      counts += try encoder.encode(Counts(report))
    } catch {
      throw WinnowError(.malformed, "the report cannot be written as JSON", cause: "\(error)")
    }
    // The lists, which are empty, are taken out and come at the end.
    for key in ["doubts", "kept", "left_out"] { opening = removing(Array("\"\(key)\":[],".utf8), from: opening) }
    opening.removeLast()
    let lists: [(String, any Sequence<any Encodable>)] = [
      ("doubts", report.doubts.lazy.map { $0 as any Encodable }),
      ("kept", report.kept.lazy.map { $0 as any Encodable }),
      ("left_out", report.leftOut.lazy.map { $0 as any Encodable }),
    ]
    return [opening, counts] + lists.flatMap { key, entries in list(key, entries) } + [Array("\n}\n".utf8)]
  }

  /// For people and scripts; whoever reads the report counts the lists.
  private struct Counts: Encodable {
    var kept: Int
    var converted: Int
    var leftOut: [String: Int]

    init(_ report: CleanReport) {
      kept = report.kept.count
      converted = report.convertedCount
      leftOut = Dictionary(uniqueKeysWithValues: report.leftOutCounts.map { ($0.key.rawValue, $0.value) })
    }

    enum CodingKeys: String, CodingKey {
      case kept, converted, leftOut = "left_out"
    }
  }

  private static func list(_ key: String, _ entries: any Sequence<any Encodable>) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var chunk = Array(",\n\"\(key)\":[".utf8)
    var isFirst = true
    for entry in entries {
      // These hold texts, numbers and truths alone, which always encode.
      guard let bytes = try? encoder().encode(entry) else { continue }
      chunk += Array(isFirst ? "\n".utf8 : ",\n".utf8) + bytes
      isFirst = false
      if chunk.count > 1 << 16 {
        chunks.append(chunk)
        chunk = []
      }
    }
    chunks.append(chunk + Array("]".utf8))
    return chunks
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  private static func removing(_ part: [UInt8], from bytes: [UInt8]) -> [UInt8] {
    for start in 0...max(0, bytes.count - part.count) where bytes[start...].starts(with: part) {
      return Array(bytes[..<start] + bytes[(start + part.count)...])
    }
    return bytes
  }

  /// - Throws: `.malformed` for what is no report.
  static func read(_ name: FilePath, in output: CleaningOutput) throws(WinnowError) -> CleanReport {
    let thing = output.path.pushing(name).escaped
    let bytes = try attempt(thing) { () throws(SystemFault) in
      try output.root.fileSystem.contents(of: name, in: output.root.raw)
    }
    do {
      return try JSONDecoder().decode(CleanReport.self, from: Data(bytes))
    } catch {
      throw WinnowError(
        .malformed, "\(thing) is not a report of a cleaned folder", remedy: "clean the data set into a new folder",
        cause: "\(error)")
    }
  }
}
