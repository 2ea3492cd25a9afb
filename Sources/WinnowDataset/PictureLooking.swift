public import WinnowCore
public import WinnowFiles
public import WinnowSupervision

/// A picture to be looked at: a name for messages, and how to open it for reading when its turn comes.
public struct LookSubject {
  /// Escaped, for people.
  public var name: String
  public var open: () throws(WinnowError) -> OwnedDescriptor

  public init(name: String, open: @escaping () throws(WinnowError) -> OwnedDescriptor) {
    self.name = name
    self.open = open
  }
}

/// What became of a look.
public enum LookOutcome: Sendable {
  /// `converted` is the JPEG that was asked for.
  case looked(PictureLook, converted: SharedBytes?)
  /// It is no picture that can be read whole. `digest` is there wherever all bytes could be read.
  case refused(Refusal, digest: ContentDigest?)
  /// It could not be opened.
  case unreadable(WinnowError)
}

/// Looks at pictures in a worker, never in this process. Tests have a double.
public protocol PictureLooking: AnyObject {
  /// Looks at the subjects with several in flight, and tells of each in the order they came, on the calling thread.
  ///
  /// Memory stays bounded however long the sequence is: it is read only as far as there is room.
  ///
  /// - Throws: what `each` throws; `.jobCancelled`; an error about the worker that cannot be had.
  func look(
    at subjects: some Sequence<LookSubject>, _ wishes: LookWishes,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError)
}
