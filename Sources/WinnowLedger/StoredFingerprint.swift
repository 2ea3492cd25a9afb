internal import WinnowCore

/// A fingerprint as one BLOB: inode, birth, size and modification time as eight little-endian bytes each, then the
/// handle.
enum StoredFingerprint {
  static func encode(_ fingerprint: FileFingerprint) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32 + fingerprint.handle.count)
    LittleEndian.append(fingerprint.inode, to: &bytes)
    LittleEndian.append(UInt64(bitPattern: fingerprint.born.nanoseconds), to: &bytes)
    LittleEndian.append(UInt64(bitPattern: fingerprint.size), to: &bytes)
    LittleEndian.append(UInt64(bitPattern: fingerprint.modified.nanoseconds), to: &bytes)
    return bytes + fingerprint.handle
  }

  static func decode(_ bytes: [UInt8]) throws -> FileFingerprint {
    var rest = bytes[...]
    let inode = try LittleEndian.take(&rest)
    let born = Int64(bitPattern: try LittleEndian.take(&rest))
    let size = Int64(bitPattern: try LittleEndian.take(&rest))
    let modified = Int64(bitPattern: try LittleEndian.take(&rest))
    return FileFingerprint(
      handle: Array(rest), inode: inode, born: Timestamp(nanoseconds: born), size: size,
      modified: Timestamp(nanoseconds: modified))
  }
}

/// Eight-byte numbers in BLOBs.
enum LittleEndian {
  static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  static func bytes(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  static func take(_ bytes: inout ArraySlice<UInt8>) throws -> UInt64 {
    guard bytes.count >= 8 else { throw LedgerDamage(description: "a BLOB ends early") }
    let value = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    bytes = bytes.dropFirst(8)
    return value
  }
}
