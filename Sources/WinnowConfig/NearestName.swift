/// Finds what a mistyped name was probably meant to be.
enum NearestName {
  /// The candidate with the fewest typing mistakes from `name`, if these are few for its length; of several the first.
  static func of(_ name: String, among candidates: [String]) -> String? {
    let allowed = max(1, min(3, name.count / 3 + 1))
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = self.distance(Array(name.lowercased()), Array(candidate))
      if distance <= allowed, distance < candidate.count, distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.candidate
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make `left` into `right` (optimal string
  /// alignment). Names longer than 64 characters count as far away, which bounds the work.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    guard left.count <= 64, right.count <= 64 else { return .max }
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let replaced = rows[row - 1][column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
        var least = min(rows[row - 1][column] + 1, current[column - 1] + 1, replaced)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          least = min(least, rows[row - 2][column - 2] + 1)
        }
        current.append(least)
      }
      rows.append(current)
    }
    return rows[left.count][right.count]
  }
}
