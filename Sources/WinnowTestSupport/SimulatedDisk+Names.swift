import Glibc
public import SystemPackage
import WinnowCore
public import WinnowFiles

/// Renames, links and folders.
extension SimulatedDisk {
  public func renameWithoutReplacing(
    _ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32
  ) throws(SystemFault) {
    try perform("rename", [from, to]) { machine throws(SystemFault) in
      let (source, target) = (try machine.file(fromFolder), try machine.file(toFolder))
      let mount = machine.disk.file(source).mount
      guard mount == machine.disk.file(target).mount else { throw SystemFault("rename", errno: EXDEV) }
      guard machine.disk.mounts[mount].traits.renamesWithoutReplacing else {
        throw SystemFault("rename", errno: EINVAL)
      }
      guard let id = machine.disk.entry(from.bytes, in: source) else { throw SystemFault("rename", errno: ENOENT) }
      try machine.disk.needFree(to.bytes, in: target)
      machine.disk.rename(id, from.bytes, in: source, to: to.bytes, in: target)
    }
  }

  public func renameReplacing(
    _ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32
  ) throws(SystemFault) {
    try perform("rename over", [from, to]) { machine throws(SystemFault) in
      let (source, target) = (try machine.file(fromFolder), try machine.file(toFolder))
      try machine.disk.renameReplacing(from.bytes, in: source, to: to.bytes, in: target)
    }
  }

  public func link(_ from: FilePath, in fromFolder: Int32, to: FilePath, in toFolder: Int32) throws(SystemFault) {
    try perform("link", [from, to]) { machine throws(SystemFault) in
      let (source, target) = (try machine.file(fromFolder), try machine.file(toFolder))
      let mount = machine.disk.file(source).mount
      guard let id = machine.disk.entry(from.bytes, in: source) else { throw SystemFault("link", errno: ENOENT) }
      try machine.disk.needFree(to.bytes, in: target)
      guard mount == machine.disk.file(target).mount else { throw SystemFault("link", errno: EXDEV) }
      guard machine.disk.mounts[mount].traits.links, machine.disk.file(id).kind != .folder else {
        throw SystemFault("link", errno: EPERM)
      }
      machine.disk.change([NameChange.Edit(folder: target, name: to.bytes, file: id)])
    }
  }

  public func makeSymbolicLink(_ name: FilePath, in folder: Int32, to target: FilePath) throws(SystemFault) {
    try perform("link", [name, target]) { machine throws(SystemFault) in
      let folder = try machine.file(folder)
      try machine.disk.needFree(name.bytes, in: folder)
      let mount = machine.disk.file(folder).mount
      guard machine.disk.mounts[mount].traits.links else { throw SystemFault("link", errno: EPERM) }
      let id = machine.disk.makeFile(.symbolicLink, mode: 0o777, on: mount)
      machine.disk.files[id]?.target = target.bytes
      machine.disk.change([NameChange.Edit(folder: folder, name: name.bytes, file: id)])
    }
  }

  public func symbolicLinkTarget(_ name: FilePath, in folder: Int32) throws(SystemFault) -> FilePath {
    try perform("look at", [name]) { machine throws(SystemFault) in
      let file = machine.disk.file(try machine.disk.walk(name.bytes, from: machine.file(folder)))
      guard file.kind == .symbolicLink else { throw SystemFault("look at", errno: EINVAL) }
      return FilePath(bytes: file.target)
    }
  }

  public func unlink(_ name: FilePath, in folder: Int32) throws(SystemFault) {
    try perform("unlink", [name]) { machine throws(SystemFault) in
      try machine.disk.unlink(name.bytes, in: machine.file(folder))
    }
  }

  public func makeFolder(_ name: FilePath, in folder: Int32) throws(SystemFault) {
    try perform("create", [name]) { machine throws(SystemFault) in
      _ = try machine.disk.makeFolder(name.bytes, in: machine.file(folder))
    }
  }

  public func removeFolder(_ name: FilePath, in folder: Int32) throws(SystemFault) {
    try perform("remove", [name]) { machine throws(SystemFault) in
      try machine.disk.removeFolder(name.bytes, in: machine.file(folder))
    }
  }
}
