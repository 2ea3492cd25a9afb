import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

/// A tree, the pictures in it, and where they are to go.
struct MoveScenario: Sendable, CustomTestStringConvertible {
  /// A picture below the inbox, by its path there, and its folder below the output.
  struct Picture: Sendable {
    var path: FilePath
    var folder: FilePath = "rose"
  }

  var testDescription: String
  var inbox = MountTraits()
  /// Nil: the output lies on the inbox's file system.
  var output: MountTraits?
  var pictures = [Picture(path: "day/a.jpg")]
  /// Files that are in the output already.
  var taken: [FilePath] = []
  var numbersTakenNames = true
  /// Whether the folder `rose` is there already.
  var hasFolder = true
  var batchSize = 64
  /// Whether whoever wrote the pictures synced them.
  var hasSyncedPictures = true
  /// Whether the file system offers any way to move safely.
  var canMove = true
  var placeholder = PlaceholderUse.forbidden
  var action = PlacingAction.move
  /// What pictures are given at their destination.
  var rights: FileRights?
  /// Whether what the action placed is there from the start, and is taken away.
  var takesAway = false
  /// From how many moves on the file system is synced as a whole.
  var wholeSyncFrom = 24

  static let inboxRoot: FilePath = "/photos/inbox"
  var outputRoot: FilePath { output == nil ? "/photos/sorted" : "/archive/sorted" }

  private static let three = [Picture(path: "day/a.jpg"), Picture(path: "day/b.jpg"), Picture(path: "c.jpg")]
  private static let sameNames = [
    Picture(path: "a.jpg"), Picture(path: "day/a.jpg"), Picture(path: "day/old/a.jpg"),
  ]
  private static let noPromise = MountTraits(renamesWithoutReplacing: false)
  private static let neither = MountTraits(renamesWithoutReplacing: false, links: false)

  static let all = moves + placings + takingsAway

  private static let shares = MountTraits(sharesContents: true)

  private static let placings: [MoveScenario] = [
    MoveScenario(testDescription: "copy", pictures: three, hasFolder: false, action: .copy),
    MoveScenario(
      testDescription: "copy across, one name for all, taken", output: MountTraits(), pictures: sameNames,
      taken: ["rose/a.jpg"], action: .copy),
    MoveScenario(testDescription: "copy to links", inbox: noPromise, pictures: three, action: .copy),
    MoveScenario(testDescription: "copy to neither", inbox: neither, canMove: false, action: .copy),
    MoveScenario(
      testDescription: "copy to placeholders", inbox: neither, pictures: sameNames, taken: ["rose/a.jpg"],
      placeholder: .allowed, action: .copy),
    MoveScenario(testDescription: "reflink", inbox: shares, pictures: three, action: .reflink),
    MoveScenario(testDescription: "reflink where bytes are not shared", canMove: false, action: .reflink),
    MoveScenario(
      testDescription: "reflink across", inbox: shares, output: shares, canMove: false, action: .reflink),
    MoveScenario(
      testDescription: "hard link, one name for all, taken", pictures: sameNames, taken: ["rose/a.jpg"],
      action: .hardlink),
    MoveScenario(
      testDescription: "hard link without handles and births", inbox: MountTraits(handles: false, births: false),
      pictures: three, action: .hardlink),
    MoveScenario(testDescription: "hard link across", output: MountTraits(), canMove: false, action: .hardlink),
    MoveScenario(testDescription: "hard link where there are none", inbox: neither, canMove: false, action: .hardlink),
    MoveScenario(
      testDescription: "symbolic link, one name for all, taken", output: MountTraits(), pictures: sameNames,
      taken: ["rose/a.jpg"], action: .symlink),
    MoveScenario(
      testDescription: "symbolic link where there are none", inbox: neither, canMove: false, action: .symlink),
    MoveScenario(testDescription: "tag", pictures: three, numbersTakenNames: false, action: .tag),
    MoveScenario(testDescription: "tag on links", inbox: noPromise, numbersTakenNames: false, action: .tag),
  ]

  private static let takingsAway: [MoveScenario] = [
    taking("copy", .copy), taking("copy across", .copy, output: MountTraits()),
    taking("copy on links", .copy, inbox: noPromise), taking("copy on neither", .copy, inbox: neither),
    taking("copy without handles", .copy, inbox: MountTraits(handles: false)), taking("hard link", .hardlink),
    taking("symbolic link", .symlink, output: MountTraits()), taking("sidecar", .tag),
  ]

  private static func taking(
    _ what: String, _ action: PlacingAction, inbox: MountTraits = MountTraits(), output: MountTraits? = nil
  ) -> MoveScenario {
    MoveScenario(
      testDescription: "undo of a \(what)", inbox: inbox, output: output, pictures: three, numbersTakenNames: false,
      action: action, takesAway: true)
  }

  private static let moves: [MoveScenario] = [
    MoveScenario(testDescription: "rename"),
    MoveScenario(testDescription: "rename, three pictures, a new folder", pictures: three, hasFolder: false),
    MoveScenario(testDescription: "rename, one name for all", pictures: sameNames, batchSize: 2),
    MoveScenario(
      testDescription: "rename, three pictures, synced as a whole", pictures: three, hasFolder: false,
      wholeSyncFrom: 2),
    MoveScenario(
      testDescription: "rename, three pictures, where a file system cannot be synced as a whole",
      inbox: MountTraits(syncsWhole: false), pictures: three, wholeSyncFrom: 2),
    MoveScenario(
      testDescription: "rename, taken names", pictures: three, taken: ["rose/a.jpg", "rose/a-2.jpg", "rose/c.jpg"]),
    MoveScenario(
      testDescription: "rename without handles and births", inbox: MountTraits(handles: false, births: false)),
    MoveScenario(
      testDescription: "rename, with other rights", pictures: three, rights: FileRights(mode: 0o604, group: 7)),
    MoveScenario(testDescription: "link, with other rights", inbox: noPromise, rights: FileRights(mode: 0o604)),
    MoveScenario(
      testDescription: "across, with other rights", output: MountTraits(), rights: FileRights(mode: 0o604, owner: 7)),
    MoveScenario(testDescription: "undo", pictures: three, numbersTakenNames: false),
    MoveScenario(
      testDescription: "undo onto a taken name", pictures: three, taken: ["rose/b.jpg"], numbersTakenNames: false),
    MoveScenario(testDescription: "link", inbox: noPromise),
    MoveScenario(
      testDescription: "link, one name for all, taken", inbox: noPromise, pictures: sameNames, taken: ["rose/a.jpg"]),
    MoveScenario(testDescription: "neither rename nor link", inbox: neither, pictures: three, canMove: false),
    MoveScenario(
      testDescription: "placeholder, one name for all, taken", inbox: neither, pictures: sameNames,
      taken: ["rose/a.jpg"], placeholder: .allowed),
    MoveScenario(
      testDescription: "placeholder, without handles and births",
      inbox: MountTraits(renamesWithoutReplacing: false, links: false, handles: false, births: false),
      pictures: three, placeholder: .allowed),
    MoveScenario(testDescription: "across", output: MountTraits()),
    MoveScenario(
      testDescription: "across, three pictures, a new folder", output: MountTraits(), pictures: three,
      hasFolder: false, batchSize: 2),
    MoveScenario(
      testDescription: "across, one name for all, taken", output: MountTraits(), pictures: sameNames,
      taken: ["rose/a.jpg"]),
    MoveScenario(
      testDescription: "across, short reads, no leases", inbox: MountTraits(leases: false, longestRead: 5),
      output: MountTraits(leases: false, longestRead: 7)),
    MoveScenario(
      testDescription: "across, without handles", inbox: MountTraits(handles: false),
      output: MountTraits(handles: false)),
    MoveScenario(testDescription: "across to links", output: noPromise, pictures: three),
    MoveScenario(testDescription: "across from links", inbox: noPromise, output: MountTraits()),
    MoveScenario(testDescription: "across from neither", inbox: neither, output: MountTraits()),
    MoveScenario(testDescription: "across to neither", output: neither, canMove: false),
    MoveScenario(
      testDescription: "across to placeholders", output: neither, pictures: sameNames, taken: ["rose/a.jpg"],
      placeholder: .allowed),
    MoveScenario(
      testDescription: "across, undo onto a taken name", output: MountTraits(), pictures: three,
      taken: ["rose/b.jpg"], numbersTakenNames: false),
  ]
}
