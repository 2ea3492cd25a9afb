public import WinnowCore

/// The move of a picture together with what goes with it: the picture first, the others after it, under one number.
extension DurableMove {
  /// Checks a picture and what goes with it. All get one number; nothing is placed where it would seem to go with
  /// another picture.
  ///
  /// A companion that cannot move is left out, and comes later. Where names are not numbered (undo), it refuses them
  /// all: a group is never taken back in part.
  ///
  /// - Parameter companions: their intents name the picture's as `lead` and its destination's folder.
  /// - Returns: the picture's move first; or why it cannot happen.
  public func check(
    _ intent: MoveIntent, statusChanged: Timestamp? = nil, companions: [MoveIntent]
  ) -> Result<[CheckedMove], MoveOutcomeError> {
    do throws(MoveStop) {
      let group = GroupName(intent.destination.name, companions: companions.map(\.destination.name))
      let lead = try checked(intent, statusChanged: statusChanged, group: intent.numbersTakenNames ? group : nil)
      var moves = [lead]
      for companion in companions {
        do throws(MoveStop) {
          var companion = companion
          if intent.numbersTakenNames {
            companion.destination = Self.place(ofCompanion: companion.source.name, beside: lead.intent.destination)
          }
          moves.append(try checked(companion, statusChanged: nil, lead: lead))
        } catch {
          guard intent.numbersTakenNames else {
            // The next batch may have these names.
            for move in moves { reserved.remove(move.intent.destination) }
            throw MoveStop(error.error, error.fate == .wait ? .wait : .refuse)
          }
        }
      }
      return .success(moves)
    } catch {
      return .failure(MoveOutcomeError(outcome: abandoned(intent, error)))
    }
  }

  /// Where a companion belongs once its picture's place is known.
  public static func place(ofCompanion name: [UInt8], beside lead: Place) -> Place {
    lead.folder.appending(name: GroupName.name(of: name, beside: lead.name))
  }

  /// The picture may have got another number since its companion was checked.
  func follow(_ lead: CheckedMove, _ move: CheckedMove) throws(MoveStop) {
    guard lead.intent.numbersTakenNames else { return }
    let place = Self.place(ofCompanion: move.intent.source.name, beside: lead.intent.destination)
    guard place != move.intent.destination else { return }
    move.intent.destination = place
    reserved.insert(place)
    try amend(move)
  }
}
