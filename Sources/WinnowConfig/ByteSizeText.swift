public import WinnowCore

/// Numbers of bytes as people write them in the configuration: `500MB`, `1.5GiB`, `4096B`.
///
/// `kB`, `MB`, `GB` and `TB` are powers of 1000; `KiB`, `MiB`, `GiB` and `TiB` are powers of 1024 (IEC 80000-13).
public enum ByteSizeText {
  /// Bytes in each unit, largest first.
  private static let units: [(name: String, bytes: Int64)] = [
    ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20),
    ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000), ("KB", 1000), ("B", 1),
  ]

  /// - Throws: `.invalidInput` when there is no number, no unit, an unknown unit, more than three decimals, a part of
  ///   a byte, or more than fits.
  public static func parse(_ text: String) throws(WinnowError) -> Int64 {
    let quantity = try Quantity(text, units: units.map(\.name), example: "500MB or 2GiB", kind: "size")
    guard let unit = units.first(where: { $0.name == quantity.unit }), let bytes = quantity.times(unit.bytes) else {
      throw WinnowError(
        .invalidInput, "\"\(text)\" is no number of bytes", remedy: "write a size such as 500MB or 2GiB")
    }
    return bytes
  }

  /// The shortest exact form with a whole number: `2GiB`, `500MB`, `1025B`.
  public static func format(_ bytes: Int64) -> String {
    for unit in units where bytes >= unit.bytes && bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes)\(unit.name)"
    }
    return "\(bytes)B"
  }
}
