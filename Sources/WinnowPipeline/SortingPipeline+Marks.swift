import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// Marks: the symbolic links and sidecars that stand for pictures which stay where they are.
extension SortingPipeline {
  /// The longest name that a file may have, in bytes.
  private static let longestName = 255

  /// Where the sidecar of a picture goes.
  static func sidecar(of picture: Place) -> Place {
    picture.folder.appending(name: picture.name + XMPSidecar.ending)
  }

  /// Whether a file that appears in an inbox may be a sidecar that Winnow wrote, which is no arrival.
  func isOwnSidecar(_ path: FilePath, in inbox: Inbox) -> Bool {
    inbox.settings.action == .tag && path.bytes.suffix(XMPSidecar.ending.count).elementsEqual(XMPSidecar.ending)
  }

  /// What the sidecar of a picture says.
  ///
  /// - Parameter label: the class that a person gave it, under the name that people gave the class; nil for the model's.
  func sidecarContents(of picture: PictureRecord, label: String?) -> [UInt8] {
    let names = inboxes.first { $0.name == picture.inbox }?.policy.classNames ?? [:]
    let best = picture.top.first.map { names[$0.label] ?? $0.label }
    return XMPSidecar.contents(label: label ?? best ?? "")
  }

  /// Why a picture cannot get a sidecar; nil where it can. A sidecar that is there is a person's, and never changed.
  func obstacle(toTagging picture: Place) -> String? {
    let sidecar = Self.sidecar(of: picture)
    if sidecar.name.count > Self.longestName { return "its name is too long for a sidecar" }
    guard let root = try? Root(opening: picture.root, on: fileSystem) else { return nil }
    let stem = FilePath(bytes: picture.name).stem.map { Array($0.utf8) } ?? picture.name
    for place in [sidecar, picture.folder.appending(name: stem + XMPSidecar.ending)]
    where (try? fileSystem.status(of: place.relative, in: root.raw)) != nil {
      return "it has the sidecar \(place.nameText), which Winnow does not change"
    }
    return nil
  }

  /// What stands for a picture at its destination since before the ledger lost what happened; nil where nothing does. It
  /// would be placed a second time otherwise.
  func placedBeforeLoss(_ settled: SettledPicture, at place: Place, by action: PlacingAction) -> Place? {
    guard action != .move, let lost, settled.status.changed <= lost,
      let root = try? Root(opening: place.root, on: fileSystem),
      let status = try? fileSystem.status(of: place.relative, in: root.raw)
    else { return nil }
    let isOurs =
      action == .symlink
      ? (try? fileSystem.symbolicLinkTarget(place.relative, in: root.raw)) == settled.place.absolute
      : status.kind == .regular && status.hasContentMarks(of: settled.fingerprint)
    return isOurs ? place : nil
  }

  /// The step that takes the mark of a picture away again, before it gets another; nil where it has none.
  func takingAwayMark(of picture: PictureRecord) throws(WinnowError) -> OrderedMove? {
    try ledger.undoable(.paths([picture.place.absolute])).steps.first { $0.mark != nil }.map(Self.order)
  }
}
