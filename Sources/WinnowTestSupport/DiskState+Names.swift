import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// Paths and changes of names as the kernel checks them.
extension DiskState {
  /// The file at an absolute path, links on the way followed, one at the end too. By bytes, since the components of a
  /// `FilePath` are slow without optimisation.
  func find(_ path: [UInt8], linksLeft: Int = 40) throws(SystemFault) -> Int {
    var way = [top(at: Self.root)]
    for name in path.split(separator: UInt8(ascii: "/")).map(Array.init) {
      if name == Array("..".utf8) {
        if way.count > 1 { way.removeLast() }
        continue
      }
      guard let here = way.last, file(here).kind == .folder else { throw SystemFault("open", errno: ENOTDIR) }
      guard let next = entry(name, in: here) else { throw SystemFault("open", errno: ENOENT) }
      if file(next).kind == .symbolicLink {
        guard linksLeft > 0 else { throw SystemFault("open", errno: ELOOP) }
        // Absolute targets alone are made in tests.
        way.append(try find(file(next).target, linksLeft: linksLeft - 1))
      } else {
        way.append(top(at: next))
      }
    }
    return way.last ?? Self.root
  }

  /// The folder and the last component of an absolute path.
  func split(_ path: FilePath) throws(SystemFault) -> (folder: Int, name: [UInt8]) {
    var components = path.bytes.split(separator: UInt8(ascii: "/"))
    guard let last = components.popLast() else { throw SystemFault("open", errno: EBUSY) }
    return (try find(Array(components.joined(separator: [UInt8(ascii: "/")]))), Array(last))
  }

  /// The folder seen at `id`: what is mounted over it, or itself.
  func top(at id: Int) -> Int { covered[id].map { mounts[$0].top } ?? id }

  /// The file at a relative path, as openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS finds it. A link at the end
  /// is the answer.
  func walk(_ path: [UInt8], from folder: Int) throws(SystemFault) -> Int {
    var way = [folder]
    let names = path.split(separator: UInt8(ascii: "/")).map(Array.init)
    if path.first == UInt8(ascii: "/") { throw SystemFault("open", errno: EXDEV) }
    for (index, name) in names.enumerated() {
      guard let here = way.last, file(here).kind == .folder else { throw SystemFault("open", errno: ENOTDIR) }
      if name == Array(".".utf8) { continue }
      if name == Array("..".utf8) {
        way.removeLast()
        if way.isEmpty { throw SystemFault("open", errno: EXDEV) }
        continue
      }
      if name.count > 255 { throw SystemFault("open", errno: ENAMETOOLONG) }
      guard let next = entry(name, in: here) else { throw SystemFault("open", errno: ENOENT) }
      if file(next).kind == .symbolicLink, index < names.count - 1 { throw SystemFault("open", errno: ELOOP) }
      way.append(top(at: next))
    }
    return way.last ?? folder
  }

  /// Checks that `name` can be made in `folder`.
  func needFree(_ name: [UInt8], in folder: Int) throws(SystemFault) {
    if name.count > 255 { throw SystemFault("create", errno: ENAMETOOLONG) }
    if entry(name, in: folder) != nil { throw SystemFault("create", errno: EEXIST) }
    // A folder that was removed takes nothing any more.
    if file(folder).links == 0 { throw SystemFault("create", errno: ENOENT) }
  }

  mutating func rename(_ id: Int, _ from: [UInt8], in source: Int, to: [UInt8], in target: Int) {
    change([
      NameChange.Edit(folder: source, name: from, file: nil), NameChange.Edit(folder: target, name: to, file: id),
    ])
  }

  mutating func renameReplacing(
    _ from: [UInt8], in source: Int, to: [UInt8], in target: Int
  ) throws(SystemFault) {
    guard file(source).mount == file(target).mount else { throw SystemFault("rename", errno: EXDEV) }
    guard let id = entry(from, in: source) else { throw SystemFault("rename", errno: ENOENT) }
    if let old = entry(to, in: target) {
      // Two names of one file: rename(2) leaves both.
      if old == id { return }
      if file(old).kind == .folder { throw SystemFault("rename", errno: EISDIR) }
    } else {
      try needFree(to, in: target)
    }
    rename(id, from, in: source, to: to, in: target)
  }

  mutating func unlink(_ name: [UInt8], in folder: Int) throws(SystemFault) {
    guard let id = entry(name, in: folder) else { throw SystemFault("unlink", errno: ENOENT) }
    if file(id).kind == .folder { throw SystemFault("unlink", errno: EISDIR) }
    change([NameChange.Edit(folder: folder, name: name, file: nil)])
  }

  mutating func makeFolder(_ name: [UInt8], in folder: Int) throws(SystemFault) -> Int {
    try needFree(name, in: folder)
    let parent = file(folder)
    let id = makeFile(.folder, mode: parent.now.metadata.mode, on: parent.mount)
    files[id]?.now.metadata.owner = parent.now.metadata.owner
    files[id]?.now.metadata.group = parent.now.metadata.group
    change([NameChange.Edit(folder: folder, name: name, file: id)])
    return id
  }

  mutating func removeFolder(_ name: [UInt8], in folder: Int) throws(SystemFault) {
    guard let id = entry(name, in: folder) else { throw SystemFault("remove", errno: ENOENT) }
    guard file(id).kind == .folder else { throw SystemFault("remove", errno: ENOTDIR) }
    guard covered[id] == nil else { throw SystemFault("remove", errno: EBUSY) }
    guard file(id).names.isEmpty else { throw SystemFault("remove", errno: ENOTEMPTY) }
    change([NameChange.Edit(folder: folder, name: name, file: nil)])
  }
}
