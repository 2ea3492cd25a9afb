public import SystemPackage
public import WinnowCore
public import WinnowFiles

extension FileSystem {
  /// Makes a file of Winnow's own: under its name it is whole and durable, or as it was before.
  ///
  /// One writer a folder at a time: what a killed one left under the hidden name is taken away.
  ///
  /// - Parameters:
  ///   - file: relative to `root`; its folder is there.
  ///   - replacing: whether an older one gives way; else a taken name is an error.
  ///   - body: writes the contents to an empty file, which it borrows.
  /// - Throws: what `body` throws; nothing of the new file is left then.
  public func writeWhole(
    _ file: FilePath, below root: Root, replacing: Bool, _ body: (FileDescriptor) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    let thing = root.path.pushing(file).escaped
    let name = FilePath(root: nil, file.components.suffix(1))
    let hidden = FilePath(bytes: HiddenName.prefix + Array("part-".utf8) + name.bytes)
    let folder = try attempt(thing) { () throws(SystemFault) in
      OwnedDescriptor(try openFolder(file.removingLastComponent(), in: root.raw))
    }
    try? unlink(hidden, in: folder.raw)
    let written = try attempt(thing) { () throws(SystemFault) in
      OwnedDescriptor(try createFile(hidden, in: folder.raw, mode: 0o644))
    }
    do throws(WinnowError) {
      try body(FileDescriptor(rawValue: written.raw))
      try attempt(thing) { () throws(SystemFault) in
        try sync(written.raw)
        if replacing {
          try renameReplacing(hidden, in: folder.raw, to: name, in: folder.raw)
        } else {
          try renameWithoutReplacing(hidden, in: folder.raw, to: name, in: folder.raw)
        }
        try sync(folder.raw)
      }
    } catch {
      try? unlink(hidden, in: folder.raw)
      throw error
    }
  }

  /// The same with contents that are at hand, or come in pieces.
  public func writeWhole(
    _ file: FilePath, below root: Root, replacing: Bool, pieces: some Sequence<[UInt8]>
  ) throws(WinnowError) {
    try writeWhole(file, below: root, replacing: replacing) { descriptor throws(WinnowError) in
      for piece in pieces {
        do {
          _ = try descriptor.writeAll(piece)
        } catch {
          let errno = (error as? Errno) ?? .ioError
          throw SystemFault("write", errno: errno.rawValue).about(root.path.pushing(file).escaped)
        }
      }
    }
  }
}
