import Synchronization
public import SystemPackage
public import WinnowCore
public import WinnowFiles

/// One name on a simulated disk and what it names.
public struct DiskEntry: Hashable, Sendable {
  public let path: FilePath
  /// The last component.
  public let name: [UInt8]
  public let kind: FileStatus.Kind
  public let bytes: [UInt8]
  /// Of a symbolic link.
  public let target: [UInt8]
  public let mode: UInt32
  public let modified: Timestamp
  public let attributes: [String: [UInt8]]
  public let fingerprint: FileFingerprint
  public let changed: Timestamp
}

extension SimulatedDisk {
  /// Everything that is no folder, by path; mounted file systems included.
  public func entries() -> [DiskEntry] {
    machine.withLock { machine in
      var found: [(id: Int, path: [UInt8])] = []
      var open = [(id: machine.disk.top(at: DiskState.root), path: [UInt8]())]
      while let (folder, path) = open.popLast() {
        for (name, id) in machine.disk.file(folder).names {
          let path = path + [UInt8(ascii: "/")] + name
          if machine.disk.file(id).kind == .folder {
            open.append((machine.disk.top(at: id), path))
          } else {
            found.append((id, path))
          }
        }
      }
      return found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
        .map { machine.disk.describe($0.id, at: $0.path) }
    }
  }

  /// The file at `path`, nil when nothing is there. Links are followed.
  public func entry(_ path: FilePath) -> DiskEntry? {
    machine.withLock { machine in
      (try? machine.disk.find(path.bytes)).map { machine.disk.describe($0, at: path.bytes) }
    }
  }

  /// Descriptors that are open now.
  public var openDescriptors: Int { machine.withLock { $0.descriptors.count } }
  /// Descriptors that were closed twice or never opened.
  public var wrongCloses: [Int32] { machine.withLock { $0.wrongCloses } }

  /// A clock that only goes forward, the one of the disk's own times.
  public func now() -> Timestamp { machine.withLock { $0.disk.tick() } }
}

extension DiskState {
  fileprivate func describe(_ id: Int, at path: [UInt8]) -> DiskEntry {
    let file = file(id)
    return DiskEntry(
      path: FilePath(bytes: path), name: path.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? [],
      kind: file.kind, bytes: file.now.bytes, target: file.target, mode: file.now.metadata.mode,
      modified: file.now.metadata.modified, attributes: file.now.metadata.attributes,
      fingerprint: status(of: id).fingerprint(handle: handle(of: id)), changed: file.now.metadata.changed)
  }
}
