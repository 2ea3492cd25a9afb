import SystemPackage
import WinnowCore
import WinnowFiles

/// The name under which a file really lies in its folder. Where a file system does not tell capitals apart (FAT, exFAT,
/// many shares), a file answers to every spelling, and only the folder's list says which is its own.
struct TrueName {
  let fileSystem: any FileSystem
  let root: Root

  /// - Parameter status: of what answers to the name of `place`.
  func place(_ place: Place, _ status: FileStatus) -> Place {
    let other = place.folder.appending(name: Self.spelledOtherwise(place.name))
    guard other != place, let same = try? fileSystem.status(of: other.relative, in: root.raw),
      same.isSameFile(as: status), let names = try? names(like: place)
    else { return place }
    return names.contains(place.name) ? place : names.first.map { place.folder.appending(name: $0) } ?? place
  }

  private func names(like place: Place) throws(SystemFault) -> [[UInt8]] {
    let wanted = Self.lowered(place.name)
    let scan = try FolderScan(root: root, start: place.folder.relative, recursive: false)
    var names: [[UInt8]] = []
    while let entry = scan.next() {
      guard case .file(let path) = entry, let name = path.lastComponent else { continue }
      let bytes = FilePath(root: nil, [name]).bytes
      if Self.lowered(bytes) == wanted { names.append(bytes) }
    }
    return names
  }

  /// The last letter in the other case; the same where there is none.
  private static func spelledOtherwise(_ name: [UInt8]) -> [UInt8] {
    var name = name
    if let last = name.lastIndex(where: { (0x41...0x5A).contains($0 & 0xDF) }) { name[last] ^= 0x20 }
    return name
  }

  private static func lowered(_ name: [UInt8]) -> [UInt8] {
    name.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
  }
}
