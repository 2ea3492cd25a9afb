public import WinnowCore

/// Why one move did not happen; inside the mover it travels as an error and becomes a `MoveOutcome`.
struct MoveStop: Error {
  let error: WinnowError
  let fate: MoveFate

  init(_ error: WinnowError, _ fate: MoveFate) {
    self.error = error
    self.fate = fate
  }

  /// A fault of the file system while moving `thing`.
  init(_ fault: SystemFault, about thing: String) {
    error = fault.about(thing)
    fate = fault.passes ? .wait : .startAnew
  }

  static func changed(_ place: Place) -> MoveStop {
    MoveStop(
      WinnowError(.fileChanged, "\(place) changed before it could be moved", remedy: "it is looked at again"),
      .startAnew)
  }
}

extension WinnowError.Code {
  /// The file is not what it was when it was looked at.
  public static let fileChanged = Self("file_changed")
  /// Somebody has the file open for writing.
  public static let fileBusy = Self("file_busy")
}
