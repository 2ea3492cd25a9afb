import WinnowDataset
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// The folder that pictures are saved in, with what is remembered there.
struct CrawlFolder: ~Copyable {
  static let provenanceName = FilePath("provenance.jsonl")

  let root: Root
  let journal: CrawlJournal
  private let provenance: RecordFile
  private let stem: String
  private var nextNumber = 1

  /// Opens the folder, or makes it where its parent is there, and takes away what a crash left half-written.
  init(_ path: FilePath, stem: String) throws(WinnowError) {
    if path.withPlatformString({ mkdir($0, 0o777) }) != 0, errno != EEXIST {
      throw SystemFault("create", errno: errno).about(path.escaped)
    }
    let root: Root
    do throws(SystemFault) {
      root = try Root(opening: path, on: LinuxFileSystem())
    } catch {
      throw error.about(path.escaped)
    }
    let journal = try CrawlJournal(in: root)
    let provenance = try RecordFile(Self.provenanceName, in: root)
    self.root = root
    self.stem = stem
    self.journal = journal
    self.provenance = provenance
  }

  /// The files that lie directly in the folder, but for hidden ones and ours.
  func files() throws(WinnowError) -> [FilePath] {
    var files: [FilePath] = []
    try forEachName { name in
      if name.first != UInt8(ascii: "."), name != Self.provenanceName.bytes { files.append(FilePath(bytes: name)) }
    }
    return files.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// Finds the highest number in use, and removes the hidden files of a run that ended early.
  mutating func tidy() throws(WinnowError) {
    var abandoned: [FilePath] = []
    var highest = 0
    try forEachName { name in
      if Download.isOurs(name) { abandoned.append(FilePath(bytes: name)) }
      if let number = PictureName.number(in: name, stem: stem) { highest = max(highest, number) }
    }
    nextNumber = highest + 1
    for name in abandoned { try? root.fileSystem.unlink(name, in: root.raw) }
  }

  private func forEachName(_ body: ([UInt8]) -> Void) throws(WinnowError) {
    do throws(SystemFault) {
      let scan = try FolderScan(root: root, recursive: false)
      while let entry = scan.next() {
        switch entry {
        case .file(let path): body(path.bytes)
        case .unreadable(_, let fault): throw fault
        }
      }
    } catch {
      throw error.about(root.path.escaped)
    }
  }

  // MARK: Saving

  /// Gives a download its name, durably, with its provenance. Until then there is nothing under the name, and after a
  /// crash at any point the next run ends what was begun.
  ///
  /// - Parameter record: Without a name, which is chosen here.
  mutating func save(
    _ download: Download, format: String, as entry: CrawlJournal.Entry, _ record: ProvenanceRecord
  ) throws(WinnowError) {
    do throws(SystemFault) {
      try download.sync()
    } catch {
      throw error.about(root.path.pushing(download.name).escaped)
    }
    var saving = entry
    saving.verdict = .saving
    saving.hidden = String(decoding: download.name.bytes, as: UTF8.self)
    while true {
      var named = record
      named.file = PictureName.name(stem: stem, number: nextNumber, format: format)
      nextNumber += 1
      saving.record = named
      try journal.append(saving)
      do throws(SystemFault) {
        try publish(download.name, as: FilePath(named.file))
      } catch {
        if error.isTaken { continue }
        throw error.about(root.path.pushing(FilePath(named.file)).escaped)
      }
      download.release()
      try provenance.append(named, durably: true)
      break
    }
    var saved = entry
    saved.verdict = .saved
    try journal.append(saved)
  }

  private func publish(_ hidden: FilePath, as name: FilePath) throws(SystemFault) {
    do throws(SystemFault) {
      try root.fileSystem.renameWithoutReplacing(hidden, in: root.raw, to: name, in: root.raw)
    } catch {
      // EINVAL: a file system that cannot promise not to replace. A second name can.
      guard error.errno == EINVAL else { throw error }
      try root.fileSystem.link(hidden, in: root.raw, to: name, in: root.raw)
      try root.fileSystem.unlink(hidden, in: root.raw)
    }
    try root.fileSystem.sync(root.raw)
  }

  /// Ends what a crash interrupted between the journal's `saving` and its `saved`.
  ///
  /// - Returns: Whether the picture is there now.
  mutating func finish(_ begun: CrawlJournal.Entry) throws(WinnowError) -> Bool {
    guard let record = begun.record, let hidden = begun.hidden, isPlain(record.file),
      Download.isOurs(Array(hidden.utf8))
    else { return false }
    if try digest(of: FilePath(record.file)) != record.sha256 {
      // Not yet renamed. Where the hidden file is there and whole, it gets its name now.
      guard try digest(of: FilePath(hidden)) == record.sha256 else { return false }
      do throws(SystemFault) {
        try publish(FilePath(hidden), as: FilePath(record.file))
      } catch {
        if error.isTaken { return false }
        throw error.about(root.path.pushing(FilePath(record.file)).escaped)
      }
    }
    var isRecorded = false
    try provenance.forEach(ProvenanceRecord.self) { known throws(WinnowError) in
      if known.file == record.file { isRecorded = true }
    }
    if !isRecorded { try provenance.append(record, durably: true) }
    var saved = begun
    saved.verdict = .saved
    saved.hidden = nil
    saved.record = nil
    try journal.append(saved)
    return true
  }

  /// The journal is a file in a person's folder: what it says about names is checked.
  private func isPlain(_ name: String) -> Bool { !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") }

  private func digest(of name: FilePath) throws(WinnowError) -> String? {
    do throws(SystemFault) {
      let file = OwnedDescriptor(try root.fileSystem.openFile(name, in: root.raw))
      return try root.fileSystem.digest(of: file.raw).hex
    } catch {
      if error.isMissing || error.errno == SystemFault.irregularFileErrno { return nil }
      throw error.about(root.path.pushing(name).escaped)
    }
  }
}
