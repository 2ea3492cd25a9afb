import FoundationEssentials
import SystemPackage
import WinnowCore
import WinnowFiles

/// Takes what is known of where pictures come from along to where they are placed.
final class CarriedProvenance {
  private let known: KnownProvenance
  private let target: Root
  /// Lines of each folder that is to have a `provenance.jsonl`.
  private var lines: [FilePath: [UInt8]] = [:]

  /// - Parameters:
  ///   - source: of the data set that the pictures come from.
  ///   - target: the folder that they are placed in.
  init(from source: Root, into target: Root) {
    known = KnownProvenance(in: source)
    self.target = target
  }

  /// A picture was placed.
  ///
  /// - Parameters:
  ///   - file: relative to the data set's folder.
  ///   - sha256: of its bytes there, hexadecimal.
  ///   - place: relative to the folder that it was placed in.
  ///   - isConverted: whether it has other bytes there.
  func add(_ file: FilePath, sha256: String, to place: FilePath, isConverted: Bool = false) {
    guard var record = known.record(of: file, sha256: sha256), let name = place.lastComponent else { return }
    if isConverted {
      guard let digest = try? digest(of: place) else { return }
      record.fetchedSHA256 = record.fetchedSHA256 ?? sha256
      record.sha256 = digest.hex
    }
    record.file = String(decoding: FilePath(root: nil, [name]).bytes, as: UTF8.self)
    // Texts alone, which always encode.
    guard let line = try? JSONEncoder().encode(record) else { return }
    lines[place.removingLastComponent(), default: []] += Array(line) + [UInt8(ascii: "\n")]
  }

  private func digest(of file: FilePath) throws(SystemFault) -> ContentDigest {
    let opened = OwnedDescriptor(try target.fileSystem.openFile(file, in: target.raw))
    return try target.fileSystem.digest(of: opened.raw)
  }

  /// Writes the records beside the pictures, whole; those of an earlier run are replaced.
  func write() throws(WinnowError) {
    for (folder, bytes) in lines {
      try target.fileSystem.writeWhole(
        folder.pushing(KnownProvenance.fileName), below: target, replacing: true, pieces: [bytes])
    }
  }
}
