import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowSupervision

/// One walk through the folder of a data set, and what it finds out.
final class DatasetWalk {
  private let root: Root
  private(set) var listing = DatasetListing()
  private(set) var oddities: [DatasetFolder.Oddity] = []
  /// The folders of the two upper levels, as the names on the way to them.
  private var upperFolders: [[[UInt8]]] = []
  private var hasFilesAtTop = false
  /// The folder of the last file, kept open: a folder's files come one after the other.
  private var parent: (path: FilePath, folder: OwnedFolder)?

  private final class OwnedFolder {
    let descriptor: OwnedDescriptor
    init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
  }

  private static let ignored = IgnoredNames()

  init(_ root: Root) { self.root = root }

  /// - Throws: `.jobCancelled`; what opening the folder says.
  func run(_ cancellation: Cancellation) throws(WinnowError) {
    let scan: FolderScan
    do throws(SystemFault) {
      scan = try FolderScan(root: root, recursive: true) { [unowned self] in descends(to: $0) }
    } catch {
      throw error.about(root.path.escaped)
    }
    var count = 0
    while let entry = scan.next() {
      count += 1
      if count & 1023 == 0 { try cancellation.check() }
      switch entry {
      case .file(let path): take(path)
      case .unreadable(let path, let fault):
        oddities.append(.init(kind: .unreadable, path: path, reason: fault.reason))
      }
    }
    parent = nil
    listing.layout = layout
    listing.finish()
  }

  /// What the folders found stand for.
  var layout: DatasetFolder.Layout {
    let top = upperFolders.filter { $0.count == 1 }.map { $0[0] }
    if top.isEmpty { return .oneClass }
    let hasDeeper = upperFolders.contains { $0.count == 2 }
    let parts = Set(top.compactMap { DatasetPart(folder: $0) })
    return parts.count > 1 && parts.count == top.count && hasDeeper && !hasFilesAtTop ? .parts : .classes
  }

  var classFolders: [DatasetFolder.ClassFolder] {
    let layout = layout
    let found: [DatasetFolder.ClassFolder] = upperFolders.compactMap { steps in
      switch (layout, steps.count) {
      case (.classes, 1): .init(part: nil, label: steps[0])
      case (.parts, 2): .init(part: DatasetPart(folder: steps[0]), label: steps[1])
      default: nil
      }
    }
    return found.sorted { left, right in
      if let first = left.part, let second = right.part, first != second { return first < second }
      return left.label.lexicographicallyPrecedes(right.label)
    }
  }

  private func descends(to path: FilePath) -> Bool {
    let steps = path.bytes.split(separator: UInt8(ascii: "/")).map { Array($0) }
    guard let name = steps.last, name.first != UInt8(ascii: ".") else { return false }
    if steps.count == 1, DatasetFolder.ownFolders.contains(name) { return false }
    if steps.count < 3 { upperFolders.append(steps) }
    return true
  }

  private func take(_ path: FilePath) {
    guard let name = path.lastComponent.map({ FilePath(root: nil, components: $0) }) else { return }
    let bytes = name.bytes
    guard !Self.ignored.ignores(name: bytes), !DatasetFolder.ownFiles.contains(bytes) else { return }
    do throws(SystemFault) {
      let folder = path.removingLastComponent()
      if parent?.path != folder { parent = (folder, OwnedFolder(try root.openFolder(folder))) }
      guard let descriptor = parent?.folder.descriptor.raw else { return }
      let status = try root.fileSystem.status(of: name, in: descriptor)
      switch status.kind {
      case .regular:
        listing.append(path, size: status.size, modified: status.modified)
        if folder.isEmpty { hasFilesAtTop = true }
      case .folder: break
      case .symbolicLink: note(path, "it is a symbolic link, which is not followed")
      case .pipe, .socket, .device: note(path, "it is no regular file")
      }
    } catch {
      // Gone since its name was read: it is not of the data set any more.
      if !error.isMissing { oddities.append(.init(kind: .unreadable, path: path, reason: error.reason)) }
    }
  }

  private func note(_ path: FilePath, _ reason: String) {
    oddities.append(.init(kind: .irregular, path: path, reason: reason))
  }
}
