import WinnowCore

/// The owner, group and mode that an inbox gives the files that it places, or an undo gives back.
extension DurableMove {
  /// Gives an open file what its intent says. A picture without it is still a placed picture: what stood in the way is told
  /// with the reason of the move.
  func giveRights(to descriptor: Int32, _ intent: inout MoveIntent) {
    guard let rights = intent.rights else { return }
    do throws(SystemFault) {
      try fileSystem.setRights(rights, of: descriptor)
    } catch {
      intent.reason += "; its rights could not be changed: \(error.reason)"
    }
  }

  /// Makes what a move placed durable. Rights are no contents: only a whole sync takes them along.
  func syncPlaced(_ descriptor: Int32, _ intent: MoveIntent) throws(SystemFault) {
    if intent.rights == nil { try fileSystem.syncData(descriptor) } else { try fileSystem.sync(descriptor) }
  }
}
