import Glibc
import SystemPackage
import WinnowCore

/// The files of a data set, sorted by the bytes of their paths: a path and 24 bytes for each, all in two arrays, so that
/// a million files cost some 70 MB and no million objects.
public struct DatasetListing: RandomAccessCollection, Sendable {
  private struct Row {
    /// Where its path begins in `names`.
    var name: Int
    var size: Int64
    var modified: Int64
  }

  private var rows: [Row] = []
  /// Paths relative to the data set's folder, each ended by NUL.
  private var names: [UInt8] = []
  var layout: DatasetFolder.Layout = .oneClass

  mutating func append(_ path: FilePath, size: Int64, modified: Timestamp) {
    rows.append(Row(name: names.count, size: size, modified: modified.nanoseconds))
    path.withPlatformString { pointer in
      names.append(contentsOf: UnsafeRawBufferPointer(start: pointer, count: path.length))
    }
    names.append(0)
  }

  /// Puts the rows in order, and gives back what growing took too much.
  mutating func finish() {
    names.withUnsafeBufferPointer { names in
      guard let start = names.baseAddress else { return }
      start.withMemoryRebound(to: CChar.self, capacity: names.count) { start in
        rows.sort { strcmp(start + $0.name, start + $1.name) < 0 }
      }
    }
    rows = Array(rows)
    names = Array(names)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { rows.count }

  public subscript(index: Int) -> DatasetFile {
    let row = rows[index]
    let path = names[row.name...].prefix { $0 != 0 }
    let (part, label) = layout.place(of: path)
    return DatasetFile(
      part: part, label: label, path: FilePath(bytes: path), size: row.size,
      modified: Timestamp(nanoseconds: row.modified))
  }
}
