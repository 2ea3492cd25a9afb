internal import WinnowCore

/// Rights as one BLOB: mode, owner and group as eight little-endian bytes each, the largest number where one is not given.
enum StoredRights {
  static func encode(_ rights: FileRights) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in [rights.mode, rights.owner, rights.group] {
      LittleEndian.append(value.map(UInt64.init) ?? .max, to: &bytes)
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) throws -> FileRights {
    var rest = bytes[...]
    func take() throws -> UInt32? { UInt32(exactly: try LittleEndian.take(&rest)) }
    return FileRights(mode: try take(), owner: try take(), group: try take())
  }
}
