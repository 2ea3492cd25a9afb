public import WinnowCore

extension SeededGenerator {
  /// True with probability 1 / `count`.
  public mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
