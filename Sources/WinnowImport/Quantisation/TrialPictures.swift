public import WinnowCore
public import WinnowFiles

/// The pictures that a quantisation is calibrated with and judged on; opened one by one.
public struct TrialPictures {
  public let count: Int
  /// Classes that would be right for the picture at an index; empty without a label.
  public let right: (Int) -> Set<Int>
  /// Whether the picture was kept back when the model learnt: it lies in the `val` or `test` of a split.
  let isHeldOut: (Int) -> Bool
  /// Its name for messages.
  public let name: (Int) -> String
  public let open: (Int) throws(WinnowError) -> OwnedDescriptor

  public init(
    count: Int, right: @escaping (Int) -> Set<Int>, isHeldOut: @escaping (Int) -> Bool,
    name: @escaping (Int) -> String, open: @escaping (Int) throws(WinnowError) -> OwnedDescriptor
  ) {
    self.count = count
    self.right = right
    self.isHeldOut = isHeldOut
    self.name = name
    self.open = open
  }

  /// Which pictures are for which task. Nothing is for both.
  func dealt() -> TrialDeal {
    TrialDeal(seen: (0..<count).filter { !isHeldOut($0) }, heldOut: (0..<count).filter(isHeldOut))
  }
}

/// Pictures dealt out to calibration and judging, the same way each time. Pure.
struct TrialDeal: Hashable {
  /// More change the mean of their ranges little; chosen.
  static let mostForCalibration = 200
  /// Fewer are too much at the mercy of one of them; chosen.
  static let fewestForCalibration = 10
  /// Enough for an interval of a quarter of a point; chosen, so that a million pictures take no hours.
  static let mostForJudging = 4000

  let calibration: [Int]
  let judging: [Int]

  /// Of a split, what the model may have learnt from calibrates, and what was held out judges. Of one heap a fifth
  /// calibrates, less where judging needs them.
  init(seen: [Int], heldOut: [Int]) {
    if seen.count >= Self.fewestForCalibration, !heldOut.isEmpty {
      calibration = Array(Self.shuffled(seen).prefix(Self.mostForCalibration))
      judging = Array(Self.shuffled(heldOut).prefix(Self.mostForJudging))
      return
    }
    let pictures = heldOut.isEmpty ? seen : heldOut
    let shuffled = Self.shuffled(pictures)
    let spare = max(Self.fewestForCalibration, pictures.count - Int8Trial.fewestPictures)
    let count = min(Self.mostForCalibration, max(pictures.count / 5, Self.fewestForCalibration), spare)
    calibration = Array(shuffled.prefix(count))
    judging = Array(shuffled.dropFirst(count).prefix(Self.mostForJudging))
  }

  /// Always the same order for the same pictures.
  private static func shuffled(_ pictures: [Int]) -> [Int] {
    var random = SeededGenerator(seed: 0x8b17)
    return pictures.shuffled(using: &random)
  }
}
