import SystemPackage
import WinnowCore
import WinnowFiles

extension FileSystem {
  /// Makes the contents of files below a folder durable: those of many together where the file system can, else each by
  /// itself.
  ///
  /// - Parameter files: relative to `folder`.
  func syncContents(of files: some Collection<FilePath>, in folder: Int32) throws(SystemFault) {
    // From here on one sync of all costs less than one for each, as for moves (`DurableMove`).
    if files.count >= 24, try syncFileSystem(of: folder) { return }
    for file in files {
      let opened = OwnedDescriptor(try openFile(file, in: folder))
      try sync(opened.raw)
    }
  }
}
