import WinnowCore
import WinnowDataset

/// Tells what a test makes up, in order, one at a time.
final class LookDouble: PictureLooking {
  private let tell: (String) -> LookOutcome

  /// - Parameter tell: from a subject's name to what a look at it tells.
  init(_ tell: @escaping (String) -> LookOutcome) { self.tell = tell }

  func look(
    at subjects: some Sequence<LookSubject>, _ wishes: LookWishes,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    for (index, subject) in subjects.enumerated() { try each(index, tell(subject.name)) }
  }
}
