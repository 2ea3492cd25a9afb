internal import GRDB
public import WinnowCore

/// Small things to remember by key: a root's mount point, whether sorting is paused.
extension Ledger {
  public func setting(_ key: String) throws(WinnowError) -> [UInt8]? {
    try read { connection in
      try connection.first("SELECT value FROM setting WHERE key = ?", [key]) { try $0.bytes(0) }
    }
  }

  /// Remembers `value`, or forgets the key where it is nil.
  public func set(_ key: String, to value: [UInt8]?) throws(WinnowError) {
    try write { connection in
      if let value {
        try connection.run(
          "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
          [key, value.blob])
      } else {
        try connection.run("DELETE FROM setting WHERE key = ?", [key])
      }
    }
  }

  /// The setting as text.
  public func text(_ key: String) throws(WinnowError) -> String? {
    try setting(key).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Remembers `text`, or forgets the key where it is nil.
  public func set(_ key: String, toText text: String?) throws(WinnowError) {
    try set(key, to: text.map { Array($0.utf8) })
  }
}
