import SystemPackage
public import WinnowCore

/// A folder that several moves of one batch share.
final class SharedFolder {
  let place: Place
  let descriptor: OwnedDescriptor

  init(place: Place, descriptor: consuming OwnedDescriptor) {
    self.place = place
    self.descriptor = descriptor
  }

  var raw: Int32 { descriptor.raw }
}

/// A move whose source was found to be the settled file, with everything open that carrying it out needs.
public final class CheckedMove {
  /// What has to be durable in the ledger before `DurableMove.carryOut`.
  public internal(set) var intent: MoveIntent
  /// Folders that were made for it; the ledger remembers them, so that an undo can take them away again.
  public let made: [Place]

  /// The destination before any number.
  let wanted: Place
  let sourceFolder: SharedFolder
  let destinationFolder: SharedFolder
  /// The picture, open for reading: the source, or what stays at the destination where the source is taken away. No
  /// other process ever gets this descriptor.
  let file: OwnedDescriptor
  /// Of the source when it was checked; exact while it is open.
  let status: FileStatus
  /// What a sidecar says; empty for all but `tag`.
  let sidecar: [UInt8]
  /// How it and what goes with it are numbered; nil where its name is all that counts.
  let group: GroupName?
  /// The move of the picture that this companion goes with.
  let lead: CheckedMove?

  init(
    intent: MoveIntent, wanted: Place, made: [Place], sourceFolder: SharedFolder, destinationFolder: SharedFolder,
    file: consuming OwnedDescriptor, status: FileStatus, sidecar: [UInt8] = [], group: GroupName? = nil,
    lead: CheckedMove? = nil
  ) {
    self.intent = intent
    self.wanted = wanted
    self.made = made
    self.sourceFolder = sourceFolder
    self.destinationFolder = destinationFolder
    self.file = file
    self.status = status
    self.sidecar = sidecar
    self.group = group
    self.lead = lead
  }

  var sourceName: FilePath { FilePath(bytes: intent.source.name) }
  var destinationName: FilePath { FilePath(bytes: intent.destination.name) }
}
