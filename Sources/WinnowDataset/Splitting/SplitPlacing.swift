import CWinnowLinux
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// How a picture comes into its part.
public enum SplitPlacing: String, Hashable, Sendable, Codable, CaseIterable {
  /// A file of its own, sharing its blocks where the file system can. What is done to it leaves the original alone.
  case copy
  /// Another name for the same file: no space, but a program that writes into it changes the original.
  case link
  /// As `copy`, and refused where blocks cannot be shared.
  case reflink
}

/// Brings pictures into the folders of a split: whole under their names, or not there.
///
/// Copies are made under hidden names, made durable together, and only then get their names. No file that is there is
/// ever replaced.
final class SplitPlacer {
  private struct Waiting {
    var entry: SplitManifest.Entry
    var hidden: FilePath
  }

  /// Copies that are made durable at once; chosen, not measured.
  private static let batch = 128

  private let folder: DatasetFolder
  private let output: Root
  private let placing: SplitPlacing
  private let isResuming: Bool
  private var waiting: [Waiting] = []
  private var count = 0
  /// Folders known to be there.
  private var made: Set<FilePath> = []

  private var fileSystem: any FileSystem { output.fileSystem }

  /// - Parameter isResuming: whether an earlier run may have begun to place pictures.
  init(from folder: DatasetFolder, into output: Root, placing: SplitPlacing, isResuming: Bool) {
    self.isResuming = isResuming
    self.folder = folder
    self.output = output
    self.placing = placing
  }

  /// Places the picture now or with a later call, at the latest with `finish`. To be called for all pictures of the
  /// plan in its order, also by a run that goes on: hidden names tell of their place in it, so that what a killed run
  /// left is taken away.
  ///
  /// - Returns: why it cannot be placed, where that is about this file alone; nil where it is or will be.
  /// - Throws: what concerns all files: a full disk, a file system that cannot do what is asked.
  func place(_ entry: SplitManifest.Entry) throws(WinnowError) -> String? {
    let hidden = entry.to.removingLastComponent().appending(".winnow-part-\(count)")
    count += 1
    if isResuming { try? fileSystem.unlink(hidden, in: output.raw) }
    do throws(SystemFault) {
      // Also for a picture that is there: its name may not be durable yet.
      try makeFolders(for: entry.to)
      if let there = try fileSystem.statusIfPresent(of: entry.to, in: output.raw) {
        return there.kind == .regular && there.size == entry.size ? nil : "something else is at its place"
      }
      let source = OwnedDescriptor(try fileSystem.openFile(entry.file, in: folder.root.raw))
      let before = try fileSystem.status(of: source.raw)
      guard before.size == entry.size else { return "it changed while the split was made" }
      if placing == .link {
        try link(entry, before)
        return nil
      }
      let isWhole: Bool
      do throws(SystemFault) {
        isWhole = try copy(source.raw, before, to: hidden)
      } catch {
        try? fileSystem.unlink(hidden, in: output.raw)
        throw error
      }
      guard isWhole else {
        try fileSystem.unlink(hidden, in: output.raw)
        return "it changed while it was copied"
      }
      waiting.append(Waiting(entry: entry, hidden: hidden))
    } catch {
      if error.isMissing || error.errno == EACCES || error.errno == EMEDIUMTYPE || error.errno == ELOOP {
        return error.reason
      }
      throw about(error, entry)
    }
    if waiting.count >= Self.batch { try nameCopies() }
    return nil
  }

  /// Gives the last pictures their names and makes all names durable.
  func finish() throws(WinnowError) {
    try nameCopies()
    do throws(SystemFault) {
      for folder in made {
        let opened = OwnedDescriptor(try fileSystem.openFolder(folder, in: output.raw))
        try fileSystem.sync(opened.raw)
      }
      try fileSystem.sync(output.raw)
    } catch {
      throw error.about(output.path.escaped)
    }
  }

  /// Makes the copies so far durable and gives them their names.
  private func nameCopies() throws(WinnowError) {
    guard !waiting.isEmpty else { return }
    do throws(SystemFault) {
      try fileSystem.syncContents(of: waiting.map(\.hidden), in: output.raw)
    } catch {
      throw error.about(output.path.escaped)
    }
    let names = waiting
    waiting = []
    for name in names {
      do throws(SystemFault) {
        try fileSystem.renameWithoutReplacing(name.hidden, in: output.raw, to: name.entry.to, in: output.raw)
      } catch {
        try? fileSystem.unlink(name.hidden, in: output.raw)
        throw about(error, name.entry)
      }
    }
  }

  /// Takes away what was not named; the next run makes it again.
  func giveUp() {
    for name in waiting { try? fileSystem.unlink(name.hidden, in: output.raw) }
    waiting = []
  }

  private func link(_ entry: SplitManifest.Entry, _ source: FileStatus) throws(SystemFault) {
    try fileSystem.link(entry.file, in: folder.root.raw, to: entry.to, in: output.raw)
    // The name could have become another file's since it was opened.
    guard try fileSystem.status(of: entry.to, in: output.raw).isSameFile(as: source) else {
      try fileSystem.unlink(entry.to, in: output.raw)
      throw SystemFault("link", errno: ENOENT)
    }
  }

  /// - Returns: whether the source stayed the same meanwhile.
  private func copy(_ source: Int32, _ before: FileStatus, to hidden: FilePath) throws(SystemFault) -> Bool {
    let target = OwnedDescriptor(try fileSystem.createFile(hidden, in: output.raw, mode: 0o600))
    if placing == .reflink {
      let answer = cwinnow_clone(source, target.raw)
      guard answer == 0 else { throw SystemFault("share the blocks of", errno: -answer) }
    } else {
      try fileSystem.copyContents(of: source, to: target.raw)
    }
    try fileSystem.copyMetadata(of: source, to: target.raw)
    let after = try fileSystem.status(of: source)
    let copied = try fileSystem.status(of: target.raw)
    return after.size == before.size && after.modified == before.modified && copied.size == before.size
  }

  private func makeFolders(for path: FilePath) throws(SystemFault) {
    let folder = path.removingLastComponent()
    guard !made.contains(folder) else { return }
    var way = FilePath()
    for step in folder.components {
      way.append(step)
      if made.insert(way).inserted { try makeFolder(way) }
    }
  }

  private func makeFolder(_ path: FilePath) throws(SystemFault) {
    do throws(SystemFault) {
      try fileSystem.makeFolder(path, in: output.raw)
    } catch {
      guard error.isTaken, try fileSystem.status(of: path, in: output.raw).kind == .folder else { throw error }
    }
  }

  private func about(_ fault: SystemFault, _ entry: SplitManifest.Entry) -> WinnowError {
    let error = fault.about(entry.file.escaped)
    guard placing != .copy, [EXDEV, EPERM, EOPNOTSUPP, EINVAL, EMLINK, ENOTTY].contains(fault.errno) else {
      return error
    }
    let what = placing == .link ? "linked" : "shared"
    return WinnowError(
      .systemCall, "\(entry.file.escaped) cannot be \(what) into \(output.path.escaped): \(fault.reason)",
      remedy: "go on with the same command and --copy", cause: error.cause)
  }
}
