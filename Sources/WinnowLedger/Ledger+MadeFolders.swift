internal import GRDB
public import SystemPackage
public import WinnowCore

/// Folders that Winnow made, so that an undo that empties them can remove them again.
extension Ledger {
  public func recordMadeFolders(_ folders: [Place]) throws(WinnowError) {
    try commit(LedgerBatch(madeFolders: folders))
  }

  /// The folders that Winnow made at or below the absolute path, deepest first.
  public func madeFolders(under path: FilePath) throws(WinnowError) -> [Place] {
    let bytes = path.bytes
    // What is below it has these bytes and a slash in front; "0" follows the slash.
    let below = bytes.last == UInt8(ascii: "/") ? Array(bytes.dropLast()) : bytes
    return try read { connection in
      try connection.all(
        "SELECT path, root_length FROM made_folder WHERE path = ?1 OR (path > ?2 AND path < ?3) ORDER BY path DESC",
        [bytes.blob, (below + [UInt8(ascii: "/")]).blob, (below + [UInt8(ascii: "0")]).blob]
      ) { row in
        let path = try row.bytes(0)
        let root = path.prefix(Int(try row.integer(1)))
        return Place(
          root: FilePath(bytes: root),
          relative: FilePath(bytes: path.dropFirst(root.count).drop { $0 == UInt8(ascii: "/") }))
      }
    }
  }

  public func forgetMadeFolder(_ folder: Place) throws(WinnowError) {
    try write { connection in
      try connection.run("DELETE FROM made_folder WHERE path = ?", [folder.absolute.bytes.blob])
    }
  }
}

extension LedgerConnection {
  func recordMade(_ folder: Place) throws {
    try run(
      """
      INSERT INTO made_folder (path, root_length) VALUES (?, ?)
      ON CONFLICT (path) DO UPDATE SET root_length = excluded.root_length
      """, [folder.absolute.bytes.blob, folder.root.length])
  }
}
