/// Arithmetic on rows of numbers, eight at a time.
enum FeatureLanes {
  private typealias Lanes = SIMD8<Float>
  static let scalarCount = Lanes.scalarCount

  /// The sum of products of `row`, a multiple of eight long, with as many of `others` from `start` on.
  static func product(_ row: [Float], _ others: [Float], at start: Int) -> Float {
    row.withUnsafeBytes { row in
      others.withUnsafeBytes { others in
        var (one, other) = (Lanes.zero, Lanes.zero)
        let size = MemoryLayout<Lanes>.size
        let base = start * MemoryLayout<Float>.size
        var offset = 0
        while offset + 2 * size <= row.count {
          one +=
            row.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
            * others.loadUnaligned(fromByteOffset: base + offset, as: Lanes.self)
          other +=
            row.loadUnaligned(fromByteOffset: offset + size, as: Lanes.self)
            * others.loadUnaligned(fromByteOffset: base + offset + size, as: Lanes.self)
          offset += 2 * size
        }
        if offset + size <= row.count {
          one +=
            row.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
            * others.loadUnaligned(fromByteOffset: base + offset, as: Lanes.self)
        }
        return (one + other).sum()
      }
    }
  }

  /// Adds `row`, a multiple of eight long, times `factor` to `target` from `start` on.
  static func add(_ row: [Float], times factor: Float, to target: inout [Float], at start: Int) {
    row.withUnsafeBytes { row in
      target.withUnsafeMutableBytes { target in
        let size = MemoryLayout<Lanes>.size
        let base = start * MemoryLayout<Float>.size
        for offset in stride(from: 0, to: row.count, by: size) {
          let sum =
            target.loadUnaligned(fromByteOffset: base + offset, as: Lanes.self)
            + row.loadUnaligned(fromByteOffset: offset, as: Lanes.self) * factor
          target.storeBytes(of: sum, toByteOffset: base + offset, as: Lanes.self)
        }
      }
    }
  }
}
