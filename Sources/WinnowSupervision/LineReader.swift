internal import WinnowCore

/// Cuts a byte stream into lines, whatever pieces it comes in. Empty lines are left out.
struct LineReader {
  /// A report over 100,000 pictures stays far below this. Chosen, not measured.
  private static let longestLine = 64 << 20
  private var pending: [UInt8] = []

  /// - Throws: `.malformed` when a line is longer than allowed.
  mutating func read(_ bytes: ArraySlice<UInt8>) throws(WinnowError) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      pending += rest[..<end]
      if !pending.isEmpty { lines.append(pending) }
      pending = []
      rest = rest[(end + 1)...]
    }
    pending += rest
    guard pending.count <= Self.longestLine else {
      throw WinnowError(.malformed, "a job program wrote a line of over \(Self.longestLine) bytes")
    }
    return lines
  }
}
