/// One value of a pickle.
///
/// Containers are numbers of what the machine keeps, so that values that hold each other need no recursion, not even
/// to be freed.
enum PickleValue: Hashable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  /// An integer beyond Int: where its bytes are, two's complement, little-endian.
  case wideInteger(Range<Int>)
  case float(Double)
  case text(String)
  /// Where they are.
  case bytes(Range<Int>)
  /// Which of `PickleMachine.elements`.
  case tuple(Range<Int>)
  /// Which of `PickleMachine.lists`.
  case list(Int)
  /// Which of `PickleMachine.dictionaries`.
  case dictionary(Int)
  case global(PickleGlobal)
  /// What the caller called a storage.
  case storage(Int)
  /// Which of `PickleMachine.tensors`.
  case tensor(Int)
}
