import SystemPackage
import WinnowCore
import WinnowDataset
import WinnowFiles

/// The folder that is crawled into: which pictures it has, by bytes and by looks, and which names are free.
final class CrawlFolder {
  let root: Root
  let path: FilePath
  let journal: CrawlJournal
  private let stem: [UInt8]
  private var digests: [ContentDigest: FilePath] = [:]
  private var alike = NearDuplicates()
  private var lastNumber = 0

  private static let digits = 5

  /// Makes the folder where it is not there, takes away what an interrupted run left, and ends what it had begun.
  init(
    _ path: FilePath, stem: String, looker: some PictureLooking, cancellation: () throws(WinnowError) -> Void
  ) throws(WinnowError) {
    self.path = path
    self.stem = Self.stem(stem)
    let fileSystem = LinuxFileSystem()
    do throws(SystemFault) {
      root = try Self.open(path, on: fileSystem)
    } catch {
      throw error.about(path.escaped)
    }
    journal = try CrawlJournal(in: path)
    var names: [FilePath] = []
    do throws(SystemFault) {
      let scan = try FolderScan(root: root, start: FilePath(), recursive: false) { _ in false }
      while let step = scan.next() {
        guard case .file(let name) = step else { continue }
        let bytes = name.bytes
        if Download.isName(bytes) {
          try root.fileSystem.unlink(name, in: root.raw)
        } else if bytes.first != UInt8(ascii: "."), bytes != Array(CrawlJournal.provenanceName.utf8) {
          names.append(name)
          lastNumber = max(lastNumber, number(in: bytes))
        }
      }
    } catch {
      throw error.about(path.escaped)
    }
    names.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    let folder = root
    let subjects = names.map { name in
      LookSubject(name: name.escaped) { () throws(WinnowError) in
        do throws(SystemFault) {
          return OwnedDescriptor(try folder.fileSystem.openFile(name, in: folder.raw))
        } catch {
          throw error.about(name.escaped)
        }
      }
    }
    var found: [(FilePath, PictureLook)] = []
    try looker.look(at: subjects, LookWishes()) { index, outcome throws(WinnowError) in
      if case .looked(let look, _) = outcome { found.append((names[index], look)) }
    }
    for (name, look) in found { remember(look, as: name) }
    try cancellation()
  }

  private static func open(_ path: FilePath, on fileSystem: LinuxFileSystem) throws(SystemFault) -> Root {
    var existing = path
    var missing: [FilePath.Component] = []
    while true {
      do throws(SystemFault) {
        let root = try Root(opening: existing, on: fileSystem)
        if missing.isEmpty { return root }
        var made: [Place] = []
        _ = try root.openFolder(making: FilePath(root: nil, missing.reversed()), made: &made)
        return try Root(opening: path, on: fileSystem)
      } catch {
        guard error.isMissing, let last = existing.lastComponent else { throw error }
        missing.append(last)
        existing.removeLastComponent()
      }
    }
  }

  func remember(_ look: PictureLook, as name: FilePath) {
    digests[look.facts.digest] = name
    alike.add(look)
  }

  func holds(_ digest: ContentDigest) -> Bool { digests[digest] != nil }

  /// The picture there that has these bytes.
  func name(of digest: ContentDigest) -> FilePath? { digests[digest] }

  func name(ofHexadecimal digest: String) -> FilePath? {
    digests.first { $0.key.description == digest }?.value
  }

  func looksKnown(_ look: PictureLook) throws(WinnowError) -> Bool {
    let match = alike.firstMatch(of: look)
    if let problem = alike.problem { throw problem }
    return match != nil
  }

  /// `STEM_00001.jpg` and so on, each once.
  func nextName(for format: String) -> FilePath {
    lastNumber += 1
    let text = String(lastNumber)
    let padded = String(repeating: "0", count: max(0, Self.digits - text.count)) + text
    return FilePath(bytes: stem + Array("_\(padded).\(Self.ending(of: format))".utf8))
  }

  private func number(in name: [UInt8]) -> Int {
    guard name.starts(with: stem), name.count > stem.count + 1, name[stem.count] == UInt8(ascii: "_") else { return 0 }
    let digits = name[(stem.count + 1)...].prefix { (0x30...0x39).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self)) ?? 0
  }

  private static func ending(of format: String) -> String {
    switch format {
    case "jpeg": "jpg"
    case "heif": "heic"
    default: format
    }
  }

  /// A keyword in its own script, with `_` for what is neither letter nor digit; at most 120 bytes.
  static func stem(_ keyword: String) -> [UInt8] {
    var stem = ""
    for character in keyword {
      let isWordly = character.isLetter || character.isNumber
      if isWordly, stem.utf8.count + character.utf8.count <= 120 {
        stem.append(character)
      } else if stem.last != "_" && !stem.isEmpty {
        stem.append("_")
      }
    }
    while stem.last == "_" { stem.removeLast() }
    return Array((stem.isEmpty ? "picture" : stem).utf8)
  }
}
