import Glibc
import Synchronization
public import SystemPackage
import WinnowCore
public import WinnowFiles

/// What everybody else does to the disk, and how tests look at it: by absolute paths, not counted, never failing
/// because of a script.
extension SimulatedDisk {
  /// Mounts an empty file system on a new folder.
  public func mount(_ path: FilePath, _ traits: MountTraits = MountTraits()) throws(SystemFault) {
    try makeFolders(path)
    try others { machine throws(SystemFault) in
      let folder = try machine.disk.find(path.bytes)
      machine.disk.covered[folder] = machine.disk.addMount(traits)
    }
  }

  /// Takes away what is mounted at `path`; what is below it stays for `mountAgain`.
  public func unmount(_ path: FilePath) throws(SystemFault) {
    try others { machine throws(SystemFault) in
      let (parent, name) = try machine.disk.split(path)
      guard let folder = machine.disk.entry(name, in: parent) else { throw SystemFault("unmount", errno: ENOENT) }
      machine.disk.covered[folder] = nil
    }
  }

  /// Makes a folder and all above it.
  public func makeFolders(_ path: FilePath) throws(SystemFault) {
    try others { machine throws(SystemFault) in
      var folder = DiskState.root
      for name in path.bytes.split(separator: UInt8(ascii: "/")).map(Array.init) {
        let next =
          if let there = machine.disk.entry(name, in: folder) { there } else {
            try machine.disk.makeFolder(name, in: folder)
          }
        folder = machine.disk.top(at: next)
      }
    }
  }

  /// Makes a file that is not there yet.
  public func makeFile(
    _ path: FilePath, _ bytes: [UInt8], mode: UInt32 = 0o644, attributes: [String: [UInt8]] = [:]
  ) throws(SystemFault) {
    _ = try make(.regular, path) { machine, id throws(SystemFault) in
      try machine.disk.write(bytes, to: id)
      machine.disk.files[id]?.now.metadata.mode = mode
      machine.disk.files[id]?.now.metadata.attributes = attributes
    }
  }

  /// Makes a pipe, a socket or a device that is not there yet.
  public func makeSpecial(_ kind: FileStatus.Kind, _ path: FilePath) throws(SystemFault) {
    _ = try make(kind, path) { _, _ in }
  }

  public func makeLink(_ path: FilePath, to target: FilePath) throws(SystemFault) {
    _ = try make(.symbolicLink, path) { machine, id in machine.disk.files[id]?.target = target.bytes }
  }

  private func make(
    _ kind: FileStatus.Kind, _ path: FilePath, _ fill: (inout Machine, Int) throws(SystemFault) -> Void
  ) throws(SystemFault) -> Int {
    try others { machine throws(SystemFault) in
      let (folder, name) = try machine.disk.split(path)
      try machine.disk.needFree(name, in: folder)
      let id = machine.disk.makeFile(kind, mode: 0o644, on: machine.disk.file(folder).mount)
      machine.disk.change([NameChange.Edit(folder: folder, name: name, file: id)])
      try fill(&machine, id)
      return id
    }
  }

  public func remove(_ path: FilePath) throws(SystemFault) {
    try others { machine throws(SystemFault) in
      let (folder, name) = try machine.disk.split(path)
      if machine.disk.entry(name, in: folder).map({ machine.disk.file($0).kind }) == .folder {
        try machine.disk.removeFolder(name, in: folder)
      } else {
        try machine.disk.unlink(name, in: folder)
      }
    }
  }

  /// rename(2): replaces what is at `to`.
  public func rename(_ from: FilePath, to: FilePath) throws(SystemFault) {
    try others { machine throws(SystemFault) in
      let (source, old) = try machine.disk.split(from)
      let (target, new) = try machine.disk.split(to)
      try machine.disk.renameReplacing(old, in: source, to: new, in: target)
    }
  }

  public func hardLink(_ from: FilePath, to: FilePath) throws(SystemFault) {
    try others { machine throws(SystemFault) in
      let id = try machine.disk.find(from.bytes)
      let (target, name) = try machine.disk.split(to)
      try machine.disk.needFree(name, in: target)
      machine.disk.change([NameChange.Edit(folder: target, name: name, file: id)])
    }
  }

  /// Opens the file, changes its bytes and closes it. While Winnow holds a lease the open waits for its end.
  ///
  /// - Returns: whether it is done already.
  public func rewrite(
    _ path: FilePath, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) throws(SystemFault) -> Bool {
    try others { machine throws(SystemFault) in
      let id = try machine.disk.find(path.bytes)
      guard machine.disk.file(id).kind == .regular else { throw SystemFault("open", errno: EISDIR) }
      if machine.disk.file(id).leases > 0 {
        machine.delayedWrites[id, default: []].append(change)
        return false
      }
      try machine.disk.write(change(machine.disk.file(id).now.bytes), to: id)
      return true
    }
  }

  /// Somebody opens the file for writing and keeps it open, or closes it.
  public func setWriters(_ count: Int, of path: FilePath) throws(SystemFault) {
    try others { machine throws(SystemFault) in machine.disk.files[try machine.disk.find(path.bytes)]?.writers = count }
  }

  /// Changes what the file systems can do from now on.
  public func changeTraits(ofMountAt path: FilePath, _ change: (inout MountTraits) -> Void) throws(SystemFault) {
    try others { machine throws(SystemFault) in
      let mount = machine.disk.file(try machine.disk.find(path.bytes)).mount
      change(&machine.disk.mounts[mount].traits)
    }
  }

  /// Makes everything durable, as sync(2).
  public func syncAll() { machine.withLock { $0.disk.syncAll() } }

  private func others<Value: Sendable>(
    _ work: (inout Machine) throws(SystemFault) -> Value
  ) throws(SystemFault) -> Value {
    try machine.withLock { machine throws(SystemFault) in try work(&machine) }
  }
}
