import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowTestSupport

/// What another process does to the first picture of a run, or to its surroundings, in the middle of a move.
enum Intruder: String, CaseIterable, Sendable {
  case swapsSource, putsLinkForSource, putsPipeForSource, putsFolderForSource
  case truncatesSource, appendsToSource, rewritesSourceInPlace, touchesSource
  case deletesSource, renamesSource, linksSource, takesSourceNameLater
  case takesDestination, takesDestinationByLink, renamesArrived, replacesArrived
  case renamesSourceFolder, renamesDestinationFolder, removesDestinationFolder

  /// Whether it takes a file out of sight of a recovery, which only looks at the places in the intent: then a picture
  /// that was copied or linked as the process was killed stays in both.
  var hides: Bool {
    switch self {
    case .renamesSource, .renamesArrived, .renamesSourceFolder, .renamesDestinationFolder: true
    default: false
    }
  }

  /// - Returns: the script's event.
  func event(_ run: SortingRun) -> DiskScript.Event {
    guard let picture = run.pictures.first else { return .fail(errno: 5) }
    let act = Act(
      expectations: run.expectations, name: picture.name, original: picture.original.bytes,
      source: picture.source.absolute, destination: picture.destination.absolute, action: run.scenario.action,
      takesAway: run.scenario.takesAway)
    return .intrude { disk in perform(act, disk) }
  }

  private struct Act: Sendable {
    let expectations: Expectations
    let name: String
    let original: [UInt8]
    let source: FilePath
    let destination: FilePath
    let action: PlacingAction
    let takesAway: Bool

    var sourceFolder: FilePath { source.removingLastComponent() }
    var destinationFolder: FilePath { destination.removingLastComponent() }
    var stranger: FilePath { sourceFolder.appending("stranger") }
    static let strangersBytes = Array("a stranger's bytes, as long as those of the picture".utf8)

    /// The picture itself may be gone: the intruder took its last name away, if it was still its name.
    func pictureMayBeGone() { expectations.change(name) { $0.places = 0...$0.places.upperBound } }

    func isPictureAt(_ path: FilePath, _ disk: SimulatedDisk) -> Bool { disk.entry(path)?.bytes == original }
  }

  private func perform(_ act: Act, _ disk: SimulatedDisk) {
    do {
      switch self {
      case .swapsSource, .takesSourceNameLater: try swap(act, disk)
      case .putsLinkForSource, .putsPipeForSource, .putsFolderForSource: try putSpecial(act, disk)
      case .truncatesSource: try rewrite(act, disk) { Array($0.prefix($0.count / 2)) }
      case .appendsToSource: try rewrite(act, disk) { $0 + Array(" and more".utf8) }
      case .rewritesSourceInPlace: try rewrite(act, disk) { $0.reversed() }
      case .touchesSource: try rewrite(act, disk) { $0 }
      case .deletesSource:
        let was = act.isPictureAt(act.source, disk)
        try disk.remove(act.source)
        if was { act.pictureMayBeGone() }
      case .renamesSource: try disk.rename(act.source, to: act.sourceFolder.appending("renamed.jpg"))
      case .linksSource:
        try disk.hardLink(act.source, to: act.sourceFolder.appending("linked.jpg"))
        act.expectations.change(act.name) { $0.places = 2...(act.action == .move ? 2 : 3) }
      case .takesDestination: try takeDestination(act, disk)
      case .takesDestinationByLink:
        try disk.makeLink(act.destination, to: "/photos/inbox/bystander.jpg")
        act.expectations.add(.symbolicLink, at: act.destination)
      case .renamesArrived:
        guard act.isPictureAt(act.destination, disk) else { return }
        // A linked picture has two names for a moment, and this one is taken for the intruder's.
        if act.isPictureAt(act.source, disk) { act.expectations.change(act.name) { $0.places = 1...2 } }
        try disk.rename(act.destination, to: act.destinationFolder.appending("mine.jpg"))
      case .replacesArrived: try replaceArrived(act, disk)
      case .renamesSourceFolder: try rename(act.sourceFolder, to: "/photos/yesterday", act, disk)
      case .renamesDestinationFolder:
        try rename(act.destinationFolder, to: act.destinationFolder.removingLastComponent().appending("old"), act, disk)
      case .removesDestinationFolder: try disk.remove(act.destinationFolder)
      }
    } catch {
      // What it wanted is not possible at this moment: nothing happened.
    }
  }

  private func swap(_ act: Act, _ disk: SimulatedDisk) throws {
    // The latter only comes when the name is free.
    if self == .takesSourceNameLater, disk.entry(act.source) != nil { return }
    let was = act.isPictureAt(act.source, disk)
    try disk.makeFile(act.stranger, Act.strangersBytes)
    try disk.rename(act.stranger, to: act.source)
    act.expectations.add(.init(name: "the stranger", bytes: [Act.strangersBytes], folders: [act.sourceFolder]))
    if was { act.pictureMayBeGone() }
  }

  private func putSpecial(_ act: Act, _ disk: SimulatedDisk) throws {
    let was = act.isPictureAt(act.source, disk)
    if disk.entry(act.source) != nil { try disk.remove(act.source) }
    if was { act.pictureMayBeGone() }
    switch self {
    case .putsLinkForSource:
      try disk.makeLink(act.source, to: "/photos/inbox/bystander.jpg")
      act.expectations.add(.symbolicLink, at: act.source)
    case .putsPipeForSource:
      try disk.makeSpecial(.pipe, act.source)
      act.expectations.add(.pipe, at: act.source)
    default: try disk.makeFolders(act.source)
    }
  }

  private func rewrite(
    _ act: Act, _ disk: SimulatedDisk, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) throws {
    guard act.isPictureAt(act.source, disk) else { return }
    let isDone = try disk.rewrite(act.source, change)
    let changed = change(act.original)
    if act.takesAway, act.action == .copy {
      // Nobody may take away what was edited, and the picture stays as it is.
      if changed != act.original { act.expectations.add(.init(name: "the edited copy", bytes: [changed])) }
      return
    }
    // A write that has to wait for the end of a lease finds a file that was moved, or one whose copy arrived; and what
    // was copied before stays as it was.
    let mayBeBoth = !isDone || act.action == .copy || act.action == .reflink
    act.expectations.change(act.name) { content in
      content.bytes = mayBeBoth ? [changed, act.original] : [changed]
    }
  }

  private func takeDestination(_ act: Act, _ disk: SimulatedDisk) throws {
    try disk.makeFile(act.destination, Act.strangersBytes)
    act.expectations.add(.init(name: "the stranger", bytes: [Act.strangersBytes], path: act.destination))
  }

  private func replaceArrived(_ act: Act, _ disk: SimulatedDisk) throws {
    guard act.isPictureAt(act.destination, disk) else { return }
    let stranger = act.destinationFolder.appending("stranger")
    try disk.makeFile(stranger, Act.strangersBytes)
    try disk.rename(stranger, to: act.destination)
    act.pictureMayBeGone()
    // It cannot be told from one that was swapped in at the source, and may be taken there.
    act.expectations.add(
      .init(
        name: "the stranger", bytes: [Act.strangersBytes], folders: [act.sourceFolder, act.destinationFolder]))
  }

  private func rename(_ folder: FilePath, to target: FilePath, _ act: Act, _ disk: SimulatedDisk) throws {
    try disk.rename(folder, to: target)
    act.expectations.renamed(folder, to: target)
  }
}
