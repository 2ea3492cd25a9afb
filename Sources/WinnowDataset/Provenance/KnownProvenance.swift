import FoundationEssentials
import SystemPackage
import WinnowCore
import WinnowFiles

/// What the `provenance.jsonl` beside the pictures of a data set says of them. One owner, one thread.
final class KnownProvenance {
  static let fileName: FilePath = "provenance.jsonl"
  /// A file that is larger is not read: some 500,000 pictures in one folder.
  private static let largestFile = 256 << 20
  /// Folders whose records are kept; files come folder by folder.
  private static let mostFolders = 16

  private let root: Root
  private var folders: [FilePath: [String: ProvenanceRecord]] = [:]

  /// - Parameter root: of the data set.
  init(in root: Root) { self.root = root }

  /// The record of a picture; nil where there is none, or it is of other bytes.
  ///
  /// - Parameters:
  ///   - file: relative to the data set's folder.
  ///   - sha256: of its bytes, hexadecimal.
  func record(of file: FilePath, sha256: String) -> ProvenanceRecord? {
    guard let name = file.lastComponent else { return nil }
    let folder = file.removingLastComponent()
    let records: [String: ProvenanceRecord]
    if let known = folders[folder] {
      records = known
    } else {
      if folders.count >= Self.mostFolders { folders = [:] }
      records = read(folder)
      folders[folder] = records
    }
    let record = records[String(decoding: FilePath(root: nil, [name]).bytes, as: UTF8.self)]
    return record?.sha256 == sha256 ? record : nil
  }

  /// A line that is none, or that was not written whole, is passed over.
  private func read(_ folder: FilePath) -> [String: ProvenanceRecord] {
    let file = folder.pushing(Self.fileName)
    guard let bytes = try? root.fileSystem.contents(of: file, in: root.raw, atMost: Self.largestFile) else {
      return [:]
    }
    var records: [String: ProvenanceRecord] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSONDecoder().decode(ProvenanceRecord.self, from: Data(line)) else { continue }
      records[record.file] = record
    }
    return records
  }
}
