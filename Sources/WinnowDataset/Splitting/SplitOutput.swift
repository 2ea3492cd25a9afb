import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowFiles

/// The folder that a split is written to, from its plan to its manifest. One run at a time: it is locked.
final class SplitOutput {
  static let planName: FilePath = ".winnow-split.json"
  static let manifestName: FilePath = "manifest.json"

  let path: FilePath
  private let settings: SplitSettings
  private let fileSystem = LinuxFileSystem()
  /// Nil until the folder is there.
  private var opened: Root?
  private(set) var hasPlan = false

  /// Takes the output as it is: not there, empty, or an unfinished split with the same settings.
  ///
  /// - Throws: `.alreadyExists` for anything else; `.busy` while another run is at it.
  init(_ settings: SplitSettings) throws(WinnowError) {
    self.settings = settings
    path = try settings.output
    guard let found = try find() else { return }
    opened = found
    try lock()
    guard try isThere(Self.planName) else {
      if try isThere(Self.manifestName) { throw taken("is a split already") }
      guard try isEmpty() else { throw taken("is there already") }
      return
    }
    try readPlan { head throws(WinnowError) in
      guard head.report.folder == settings.folder, head.report.seed == settings.seed,
        head.report.ratios == settings.ratios.text
      else {
        throw taken(
          "is an unfinished split of \(head.report.folder.escaped) with the ratios \(head.report.ratios) and the seed "
            + "\(head.report.seed)")
      }
      return false
    }
    hasPlan = true
  }

  /// The folder, nil where nothing is there. A link is not followed: it could lead anywhere.
  private func find() throws(WinnowError) -> Root? {
    guard let last = path.lastComponent else { return nil }
    let name = FilePath(root: nil, components: last)
    let found = try attempt(path.escaped) { () throws(SystemFault) -> Root? in
      let parent = try Root(opening: path.removingLastComponent(), on: fileSystem)
      guard let status = try fileSystem.statusIfPresent(of: name, in: parent.raw) else { return nil }
      guard status.kind == .folder else { throw SystemFault("make", errno: EEXIST) }
      let root = try Root(opening: path, on: fileSystem)
      guard root.status.isSameFile(as: status) else { throw SystemFault("open", errno: ELOOP) }
      return root
    }
    return found
  }

  /// - Throws: `.notFound` before `lay`.
  var root: Root {
    get throws(WinnowError) {
      guard let opened else { throw WinnowError(.notFound, "\(path.escaped) is not there yet") }
      return opened
    }
  }

  /// Lays the plan down, durably.
  func lay(_ plan: SplitPlan) throws(WinnowError) {
    if opened == nil, let name = path.lastComponent {
      opened = try attempt(path.escaped) { () throws(SystemFault) in
        let parent = try Root(opening: path.removingLastComponent(), on: fileSystem)
        try fileSystem.makeFolder(FilePath(root: nil, components: name), in: parent.raw)
        return try Root(opening: path, on: fileSystem)
      }
    }
    try lock()
    try fileSystem.writeWhole(Self.planName, below: root, replacing: false) { file throws(WinnowError) in
      try plan.write(to: file)
    }
    hasPlan = true
  }

  func readPlan(
    head: (SplitManifest.Head) throws(WinnowError) -> Bool,
    entry: (SplitManifest.Entry) throws(WinnowError) -> Void = { _ in },
    leftOut: (SplitManifest.LeftOut) throws(WinnowError) -> Void = { _ in }
  ) throws(WinnowError) {
    let folder = try root.raw
    let descriptor = try attempt("\(path.escaped)/\(Self.planName)") { () throws(SystemFault) in
      OwnedDescriptor(try fileSystem.openFile(Self.planName, in: folder))
    }
    try SplitManifest.read(descriptor.raw, head: head, entry: entry, leftOut: leftOut)
  }

  /// Makes the manifest of the plan and of what could not be placed, and takes the plan away.
  func publish(without failures: [FilePath: String]) throws(WinnowError) -> SplitReport {
    var report: SplitReport?
    try fileSystem.writeWhole(Self.manifestName, below: root, replacing: false) { file throws(WinnowError) in
      var writer: SplitManifest.Writer?
      var isEntryPart = true
      var missing: [SplitManifest.Entry] = []
      func endEntries() throws(WinnowError) {
        guard isEntryPart else { return }
        isEntryPart = false
        try writer?.beginLeftOut()
        for entry in missing {
          try writer?.add(
            SplitManifest.LeftOut(file: entry.file, reason: "not_placed", detail: failures[entry.file] ?? ""))
        }
      }
      try readPlan { head throws(WinnowError) in
        var head = head
        head.report.placing = settings.placing.rawValue
        if !failures.isEmpty { try subtract(failures, from: &head.report) }
        report = head.report
        writer = try SplitManifest.Writer(file, head)
        return true
      } entry: { entry throws(WinnowError) in
        if failures[entry.file] == nil { try writer?.add(entry) } else { missing.append(entry) }
      } leftOut: { file throws(WinnowError) in
        try endEntries()
        try writer?.add(file)
      }
      try endEntries()
      try writer?.finish()
    }
    let folder = try root.raw
    try attempt("\(path.escaped)/\(Self.planName)") { () throws(SystemFault) in
      try fileSystem.unlink(Self.planName, in: folder)
      try fileSystem.sync(folder)
    }
    guard let report else { throw WinnowError(.malformed, "the plan in \(path.escaped) has no head") }
    return report
  }

  private func subtract(_ failures: [FilePath: String], from report: inout SplitReport) throws(WinnowError) {
    var changed = report
    try readPlan { _ in
      true
    } entry: { entry in
      guard failures[entry.file] != nil else { return }
      changed.pictures -= 1
      changed.leftOut += 1
      for index in changed.classes.indices where changed.classes[index].label == entry.label {
        changed.classes[index].parts[entry.part.rawValue, default: 0] -= 1
      }
    }
    changed.warnings.append("\(failures.count) files could not be placed; the manifest names them")
    report = changed
  }

  // MARK: - Files

  private func isThere(_ name: FilePath) throws(WinnowError) -> Bool {
    let folder = try root.raw
    return try attempt("\(path.escaped)/\(name)") { () throws(SystemFault) in
      try fileSystem.statusIfPresent(of: name, in: folder) != nil
    }
  }

  /// Whether it holds nothing but what an earlier run left unfinished of its plan.
  private func isEmpty() throws(WinnowError) -> Bool {
    let root = try root
    return try attempt(path.escaped) { () throws(SystemFault) in
      var isEmpty = true
      let scan = try FolderScan(root: root, recursive: true) { _ in
        isEmpty = false
        return false
      }
      while let entry = scan.next() {
        if case .file(let name) = entry, HiddenName.isOurs(name.bytes) { continue }
        isEmpty = false
      }
      return isEmpty
    }
  }

  private func lock() throws(WinnowError) {
    guard flock(try root.raw, LOCK_EX | LOCK_NB) == 0 else {
      throw WinnowError(.busy, "another split is writing to \(path.escaped)", remedy: "wait for it, or cancel it")
    }
  }

  private func taken(_ what: String) -> WinnowError {
    WinnowError(
      .alreadyExists, "\(path.escaped) \(what)",
      remedy: "move it away or give it another name; Winnow never deletes a data set")
  }
}
