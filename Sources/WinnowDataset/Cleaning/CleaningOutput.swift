import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// The folder that cleaning writes to. One run at a time: it is locked. Files appear whole under names that were free.
final class CleaningOutput {
  static let journalName: FilePath = ".winnow-clean.jsonl"
  static let planName: FilePath = ".winnow-clean-plan.json"
  static let reportName: FilePath = "report.json"
  static let pageName: FilePath = "report.html"
  static let leftOutFolder: FilePath = "_left_out"

  let path: FilePath
  let root: Root
  private let fileSystem: any FileSystem
  private var openFolders: [FilePath: OwnedFolder] = [:]
  /// What was placed and has no name yet; few at a time.
  private var unnamed: [FilePath] = []
  private static let batch = 256

  private final class OwnedFolder {
    let descriptor: OwnedDescriptor
    init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
  }

  /// Opens a folder that is there already.
  init(opening path: FilePath, on fileSystem: any FileSystem) throws(WinnowError) {
    self.path = path
    self.fileSystem = fileSystem
    root = try attempt(path.escaped) { () throws(SystemFault) in try Root(opening: path, on: fileSystem) }
    guard flock(root.raw, LOCK_EX | LOCK_NB) == 0 else {
      throw WinnowError(.folderInUse, "another run is writing to \(path.escaped)", remedy: "wait for it, or cancel it")
    }
  }

  /// Makes the folder, or takes up an unfinished run in it.
  ///
  /// - Throws: `.alreadyExists` where it holds anything but an unfinished run.
  convenience init(takingUp path: FilePath, on fileSystem: any FileSystem) throws(WinnowError) {
    let parent = try attempt(path.removingLastComponent().escaped) { () throws(SystemFault) in
      try Root(opening: path.removingLastComponent(), on: fileSystem)
    }
    let name = FilePath(root: nil, path.components.suffix(1))
    var isNew = true
    do throws(SystemFault) {
      try fileSystem.makeFolder(name, in: parent.raw)
    } catch {
      guard error.isTaken else { throw error.about(path.escaped) }
      isNew = false
    }
    try self.init(opening: path, on: fileSystem)
    guard !isNew, try !contains(Self.journalName), try !contains(Self.planName), try !isEmpty() else { return }
    throw WinnowError(
      .alreadyExists, "\(path.escaped) is there already",
      remedy: "move it away or give it another name; Winnow never deletes a data set")
  }

  func contains(_ file: FilePath) throws(WinnowError) -> Bool {
    try attempt(path.pushing(file).escaped) { () throws(SystemFault) in
      try fileSystem.statusIfPresent(of: file, in: root.raw) != nil
    }
  }

  private func isEmpty() throws(WinnowError) -> Bool {
    try attempt(path.escaped) { () throws(SystemFault) in
      var sawFolder = false
      let scan = try FolderScan(root: root, recursive: true) { _ in
        sawFolder = true
        return false
      }
      return scan.next() == nil && !sawFolder
    }
  }

  func openJournal(_ head: CleaningJournal.Head) throws(WinnowError) -> CleaningJournal {
    let raw = openat(root.raw, Self.journalName.string, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    let name = path.pushing(Self.journalName).escaped
    guard raw >= 0 else { throw SystemFault("open", errno: errno).about(name) }
    return try CleaningJournal(OwnedDescriptor(raw), named: name, head: head)
  }

  /// Size of a file, nil where there is none.
  func size(of file: FilePath) throws(WinnowError) -> Int64? {
    try attempt(path.pushing(file).escaped) { () throws(SystemFault) in
      try fileSystem.statusIfPresent(of: file, in: root.raw)?.size
    }
  }

  /// Makes a file whose contents `fill` writes to an empty one, under a hidden name until `nameAll`.
  ///
  /// - Throws: what `fill` throws; the file is then gone.
  func place(
    _ file: FilePath, _ fill: (Int32) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    let thing = path.pushing(file).escaped
    let folder = try folder(file.removingLastComponent())
    let hidden = Self.hiddenName(of: file)
    do throws(WinnowError) {
      try attempt(thing) { () throws(SystemFault) in
        // Of a run that was stopped in the middle of this file.
        if try fileSystem.statusIfPresent(of: hidden, in: folder) != nil { try fileSystem.unlink(hidden, in: folder) }
      }
      let copy = try attempt(thing) { () throws(SystemFault) in
        OwnedDescriptor(try fileSystem.createFile(hidden, in: folder, mode: 0o644))
      }
      try fill(copy.raw)
    } catch {
      try? fileSystem.unlink(hidden, in: folder)
      throw error
    }
    unnamed.append(file)
    if unnamed.count >= Self.batch { try nameAll() }
  }

  /// Makes the contents of what was placed durable, together, and only then gives the files their names.
  ///
  /// - Throws: `.alreadyExists` where a name is taken.
  func nameAll() throws(WinnowError) {
    guard !unnamed.isEmpty else { return }
    try attempt(path.escaped) { () throws(SystemFault) in
      try fileSystem.syncContents(
        of: unnamed.map { $0.removingLastComponent().pushing(Self.hiddenName(of: $0)) }, in: root.raw)
    }
    while let file = unnamed.popLast() {
      let folder = try folder(file.removingLastComponent())
      let name = FilePath(root: nil, file.components.suffix(1))
      do throws(SystemFault) {
        try fileSystem.renameWithoutReplacing(Self.hiddenName(of: file), in: folder, to: name, in: folder)
      } catch {
        try? fileSystem.unlink(Self.hiddenName(of: file), in: folder)
        throw error.about(path.pushing(file).escaped)
      }
    }
  }

  /// Takes away what was placed and got no name, and what an earlier run may have left of `files`.
  func giveUp(_ files: some Sequence<FilePath> = []) {
    for file in unnamed + files {
      try? fileSystem.unlink(file.removingLastComponent().pushing(Self.hiddenName(of: file)), in: root.raw)
    }
    unnamed = []
  }

  /// Within its folder.
  private static func hiddenName(of file: FilePath) -> FilePath {
    let name = FilePath(root: nil, file.components.suffix(1))
    return FilePath(bytes: Array(".winnow-part-".utf8) + name.bytes)
  }

  /// Replaces a file of Winnow's own at the top: the old or the new contents, never a mixture.
  func replace(_ file: FilePath, with chunks: some Sequence<[UInt8]>) throws(WinnowError) {
    try fileSystem.writeWhole(file, below: root, replacing: true, pieces: chunks)
  }

  /// Moves a file within the folder to a name that is free.
  func move(_ file: FilePath, to target: FilePath) throws(WinnowError) {
    let (from, into) = (try folder(file.removingLastComponent()), try folder(target.removingLastComponent()))
    try attempt(path.pushing(file).escaped) { () throws(SystemFault) in
      try fileSystem.renameWithoutReplacing(
        FilePath(root: nil, file.components.suffix(1)), in: from,
        to: FilePath(root: nil, target.components.suffix(1)), in: into)
    }
  }

  /// Makes all that was placed durable, with its names.
  func sync() throws(WinnowError) {
    try nameAll()
    try syncFolders()
  }

  private func syncFolders() throws(WinnowError) {
    try attempt(path.escaped) { () throws(SystemFault) in
      for folder in openFolders.values { try fileSystem.sync(folder.descriptor.raw) }
      try fileSystem.sync(root.raw)
    }
  }

  func remove(_ ownFile: FilePath) throws(WinnowError) {
    try attempt(path.pushing(ownFile).escaped) { () throws(SystemFault) in
      if try fileSystem.statusIfPresent(of: ownFile, in: root.raw) != nil {
        try fileSystem.unlink(ownFile, in: root.raw)
        try fileSystem.sync(root.raw)
      }
    }
  }

  /// A folder of a class, made where it is missing, held open. Few are: as many as there are classes.
  private func folder(_ relative: FilePath) throws(WinnowError) -> Int32 {
    if let known = openFolders[relative] { return known.descriptor.raw }
    let opened = try attempt(path.pushing(relative).escaped) { () throws(SystemFault) in
      var made: [Place] = []
      return OwnedFolder(try root.openFolder(making: relative, made: &made))
    }
    // More classes than descriptors are to be had are opened again as they come.
    if openFolders.count >= 200 {
      try syncFolders()
      openFolders.removeAll()
    }
    openFolders[relative] = opened
    return opened.descriptor.raw
  }
}

extension WinnowError.Code {
  /// Another run writes to the same folder.
  static let folderInUse = Self("folder_in_use")
}
