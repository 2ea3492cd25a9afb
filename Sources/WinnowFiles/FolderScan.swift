import CWinnowLinux
import Glibc
public import SystemPackage
import WinnowCore

/// Walks a tree in pieces: the caller asks for the next entry when it has room for it, so that a million files cost
/// no more memory than ten.
///
/// Holds one descriptor a level. What is renamed or made during the walk may be missed or seen twice; an event or the
/// next scan tells of it.
public final class FolderScan {
  public enum Entry: Hashable, Sendable {
    /// Anything that is no folder, relative to the root: files, links, pipes.
    case file(FilePath)
    /// A folder that could not be read, and why.
    case unreadable(FilePath, SystemFault)
  }

  private struct Level: ~Copyable {
    let folder: OwnedDescriptor
    let path: FilePath
    /// Names read ahead from the folder.
    var names: [(name: [UInt8], type: UInt8)] = []
    var next = 0
    var finished = false
  }

  /// Deeper trees are not walked; chosen, since each level holds a descriptor.
  static let deepest = 200
  private static let bufferSize = 64 << 10

  private let root: Root
  private let recursive: Bool
  private let descends: (FilePath) -> Bool
  private var levels: [LevelBox] = []
  private let buffer = UnsafeMutableRawPointer.allocate(byteCount: bufferSize, alignment: 8)

  private final class LevelBox {
    var level: Level
    init(_ level: consuming Level) { self.level = level }
  }

  /// - Parameters:
  ///   - start: the folder to walk, relative to the root.
  ///   - descends: asked for each folder below `start`, with its path relative to the root.
  public init(
    root: Root, start: FilePath = FilePath(), recursive: Bool, descends: @escaping (FilePath) -> Bool = { _ in true }
  ) throws(SystemFault) {
    self.root = root
    self.recursive = recursive
    self.descends = descends
    levels = [LevelBox(Level(folder: try root.openFolder(start), path: start))]
  }

  deinit { buffer.deallocate() }

  /// The next entry, nil at the end.
  public func next() -> Entry? {
    while let box = levels.last {
      if box.level.next < box.level.names.count {
        let (name, type) = box.level.names[box.level.next]
        box.level.next += 1
        let path = box.level.path.pushing(FilePath(bytes: name))
        guard isFolder(type: type, name: name, in: box.level.folder.raw) else { return .file(path) }
        guard recursive, descends(path) else { continue }
        if let problem = enter(path, name: FilePath(bytes: name), from: box.level.folder.raw) { return problem }
      } else if box.level.finished {
        levels.removeLast()
      } else if let fault = readAhead(box) {
        box.level.finished = true
        return .unreadable(box.level.path, fault)
      }
    }
    return nil
  }

  private func enter(_ path: FilePath, name: FilePath, from folder: Int32) -> Entry? {
    guard levels.count < Self.deepest else {
      return .unreadable(path, SystemFault("open", errno: ENAMETOOLONG))
    }
    do throws(SystemFault) {
      let folder = OwnedDescriptor(try root.fileSystem.openFolder(name, in: folder))
      levels.append(LevelBox(Level(folder: folder, path: path)))
      return nil
    } catch {
      // Gone, or replaced by something else in this moment: an event tells of that.
      return error.isMissing || error.errno == ELOOP ? nil : .unreadable(path, error)
    }
  }

  private func isFolder(type: UInt8, name: [UInt8], in folder: Int32) -> Bool {
    if type != UInt8(DT_UNKNOWN) { return type == UInt8(DT_DIR) }
    return (try? root.fileSystem.status(of: FilePath(bytes: name), in: folder).kind) == .folder
  }

  private func readAhead(_ box: LevelBox) -> SystemFault? {
    box.level.names.removeAll(keepingCapacity: true)
    box.level.next = 0
    let length = cwinnow_read_folder(box.level.folder.raw, buffer, Self.bufferSize)
    if length < 0 { return SystemFault("read", errno: Int32(-length)) }
    if length == 0 {
      box.level.finished = true
      return nil
    }
    var offset = 0
    while offset < Int(length) {
      var type: UInt8 = 0
      var count = 0
      var name = UnsafePointer<CChar>(buffer.assumingMemoryBound(to: CChar.self))
      offset = cwinnow_folder_entry(buffer, offset, &type, &name, &count)
      let bytes = Array(UnsafeRawBufferPointer(start: name, count: count))
      if bytes != [0x2E] && bytes != [0x2E, 0x2E] { box.level.names.append((bytes, type)) }
    }
    return nil
  }
}
