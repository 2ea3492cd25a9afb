/// Finds hashes that differ in few bits from one that is asked for, without looking at all of them.
///
/// Each table sorts the entries by another part of the bits. A hash that differs in few bits differs in at most one
/// bit of some part (all that differ in fewer than twice as many bits as there are tables), so in each table the
/// entries of the same part, and of each part one bit away, are looked at. The more entries, the longer the parts.
struct HashTables {
  private struct Table {
    var shift: UInt64
    /// Where each part's entries begin in `entries`; one more at the end.
    var starts: [UInt32]
    var entries: [UInt32]
    /// The hash of each of `entries`: beside each other, since a million of them do not fit into a cache.
    var hashes: [UInt64]
  }

  private let tables: [Table]
  private let partLength: Int

  /// - Parameter hashes: entries are known by their index here; fewer than 2³².
  init(_ hashes: [UInt64]) {
    var length = 8
    while length < 16, hashes.count >> (length + 2) > 0 { length += length < 12 ? 2 : 4 }
    partLength = length
    tables = (0..<64 / length).map { Self.table(hashes, shift: UInt64($0 * length), length: length) }
  }

  /// A counting sort.
  private static func table(_ hashes: [UInt64], shift: UInt64, length: Int) -> Table {
    let mask = UInt64(1) << UInt64(length) - 1
    var starts = [UInt32](repeating: 0, count: Int(mask) + 2)
    for hash in hashes { starts[Int(hash >> shift & mask) + 1] += 1 }
    for part in 1..<starts.count { starts[part] += starts[part - 1] }
    var next = starts
    var entries = [UInt32](repeating: 0, count: hashes.count)
    var sorted = [UInt64](repeating: 0, count: hashes.count)
    for (index, hash) in hashes.enumerated() {
      let part = Int(hash >> shift & mask)
      entries[Int(next[part])] = UInt32(index)
      sorted[Int(next[part])] = hash
      next[part] += 1
    }
    return Table(shift: shift, starts: starts, entries: entries, hashes: sorted)
  }

  /// Entries that differ from `hash` in at most `limit` bits, with the number of bits; some of them more than once.
  func near(_ hash: UInt64, atMost limit: Int, _ found: (_ index: Int, _ distance: Int) -> Void) {
    let mask = UInt64(1) << UInt64(partLength) - 1
    for index in tables.indices {
      near(hash, tables[index], mask, limit, found)
    }
  }

  private func near(
    _ hash: UInt64, _ table: borrowing Table, _ mask: UInt64, _ limit: Int, _ found: (Int, Int) -> Void
  ) {
    let part = hash >> table.shift & mask
    table.starts.withUnsafeBufferPointer { starts in
      table.hashes.withUnsafeBufferPointer { hashes in
        for flip in 0...partLength {
          let neighbour = Int(flip == partLength ? part : part ^ (1 << UInt64(flip)))
          for position in Int(starts[neighbour])..<Int(starts[neighbour + 1]) {
            let distance = (hashes[position] ^ hash).nonzeroBitCount
            if distance <= limit { found(Int(table.entries[position]), distance) }
          }
        }
      }
    }
  }
}
