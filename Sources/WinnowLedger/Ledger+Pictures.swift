internal import GRDB
public import SystemPackage
public import WinnowCore

extension Ledger {
  /// The newest picture whose current place is this absolute path.
  public func picture(at path: FilePath) throws(WinnowError) -> KnownPicture? {
    guard let place = StoredPlace(absolute: path) else { return nil }
    return try read { connection in
      guard let folder = try connection.existingNumber(ofFolder: place.folder) else { return nil }
      return try connection.first(
        LedgerConnection.pictureColumns
          + " WHERE p.folder = ? AND p.name = ? AND p.gone = 0 ORDER BY p.id DESC LIMIT 1",
        [folder, place.name.blob], connection.knownPicture)
    }
  }

  public func picture(id: Int64) throws(WinnowError) -> KnownPicture? {
    try read { try $0.knownPicture(id) }
  }

  /// Pictures with these bytes that lie in this folder itself now, oldest first.
  public func pictures(
    digest: ContentDigest, inFolder folder: FilePath, limit: Int = 16
  ) throws(WinnowError) -> [PictureRecord] {
    try read { connection in
      guard let folder = try connection.existingNumber(ofFolder: folder.bytes) else { return [] }
      return try connection.all(
        LedgerConnection.pictureColumns + """
           WHERE substr(p.digest, 1, 8) = ? AND p.gone = 0 AND p.digest IS NOT NULL AND p.digest = ? AND p.folder = ?
          ORDER BY p.id LIMIT ?
          """,
        [Array(digest.bytes.prefix(8)).blob, digest.bytes.blob, folder, limit]
      ) { try connection.knownPicture($0).record }
    }
  }

  /// How many pictures of each inbox stand in each state. Costs the same however many there are.
  public func counts() throws(WinnowError) -> [String: [PictureState: Int]] {
    try read { connection in
      var counts: [String: [PictureState: Int]] = [:]
      try connection.each("SELECT inbox, state, count FROM tally WHERE count <> 0") { row in
        let inbox = try connection.word(row.integer(0))
        counts[inbox, default: [:]][try row.word(1, as: PictureState.self)] = Int(try row.integer(2))
      }
      return counts
    }
  }

  /// A page of pictures in one state, by number: the review list. Companions are in it only where they wait for a fault
  /// to pass.
  ///
  /// - Parameters:
  ///   - id: the last number of the page before; zero for the first.
  ///   - skipped: only those that a person skipped in review, or only the others; nil for both.
  public func pictures(
    state: PictureState, inbox: String? = nil, skipped: Bool? = nil, after id: Int64 = 0, limit: Int = 256
  ) throws(WinnowError) -> [PictureRecord] {
    try read { connection in
      var number: Int64?
      if let inbox {
        number = try connection.existingNumber(ofWord: inbox)
        if number == nil { return [] }
      }
      return try connection.all(
        LedgerConnection.pictureColumns + """
           WHERE p.state = ?1 AND p.gone = 0 AND p.decided = 1 AND p.id > ?2 AND (?3 IS NULL OR p.inbox = ?3)
            AND (?5 IS NULL OR p.skipped = ?5) AND (p.companion_of IS NULL OR ?1 = 'failed')
          ORDER BY p.id LIMIT ?4
          """, [state.rawValue, id, number, limit, skipped]
      ) { try connection.knownPicture($0).record }
    }
  }

  /// A page of pictures in any of some states, by number: for going through all of them.
  ///
  /// - Parameter id: the last number of the page before; zero for the first.
  public func pictures(
    inStates states: Set<PictureState>, afterID id: Int64 = 0, limit: Int = 256
  ) throws(WinnowError) -> [PictureRecord] {
    try read { connection in
      try connection.all(
        LedgerConnection.pictureColumns + """
           WHERE p.id > ? AND p.gone = 0 AND p.decided = 1 AND +p.state IN (SELECT value FROM json_each(?))
          ORDER BY p.id LIMIT ?
          """, [id, Self.list(of: states), limit]
      ) { try connection.knownPicture($0).record }
    }
  }

  /// Asks for pictures in these states to be taken anew, where they lie (`rescan --again`). Their state and history
  /// stay until that happens. What stayed when something was placed for it is left alone: it would be placed again.
  ///
  /// - Parameter inbox: nil for all.
  /// - Returns: how many there are.
  @discardableResult
  public func release(inbox: String?, states: Set<PictureState>) throws(WinnowError) -> Int {
    try write { connection in
      var number: Int64?
      if let inbox {
        number = try connection.existingNumber(ofWord: inbox)
        if number == nil { return 0 }
      }
      return try connection.run(
        """
        UPDATE picture SET released = 1
        WHERE gone = 0 AND decided = 1 AND state IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR inbox = ?2)
          AND NOT (state = 'left' AND companion_of IS NOT NULL)
        """, [Self.list(of: states), number])
    }
  }

  /// Records that the files of these pictures are no longer there: they count no more and are not found by path. Their
  /// history stays until it is pruned.
  public func retire(pictures: [Int64]) throws(WinnowError) {
    if pictures.isEmpty { return }
    try write { connection in
      for picture in pictures { try connection.retire(picture: picture) }
    }
  }

  /// The states as a JSON array, so that one prepared statement serves any number.
  private static func list(of states: Set<PictureState>) -> String {
    "[" + states.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ",") + "]"
  }
}
