internal import GRDB
public import SystemPackage
public import WinnowCore

/// A picture's number, path and file, without the rest.
public struct PlacedPicture: Hashable, Sendable {
  public var id: Int64
  public var path: FilePath
  public var fingerprint: FileFingerprint

  public init(id: Int64, path: FilePath, fingerprint: FileFingerprint) {
    self.id = id
    self.path = path
    self.fingerprint = fingerprint
  }
}

/// What finds out which picture a file in an output tree is.
///
/// Pictures that Winnow placed and does not move again by itself are meant: sorted, in review, quarantined, corrected.
/// Those with an open intent are left out, since they are on their way.
extension Ledger {
  /// What the ledger has at the absolute path.
  public func placed(at path: FilePath) throws(WinnowError) -> PlacedPicture? {
    guard let place = StoredPlace(absolute: path) else { return nil }
    return try read { connection in
      guard let folder = try connection.existingNumber(ofFolder: place.folder) else { return nil }
      return try connection.first(
        LedgerConnection.placedColumns + " WHERE p.folder = ? AND p.name = ? AND p.gone = 0 ORDER BY p.id DESC LIMIT 1",
        [folder, place.name.blob], connection.placedPicture)
    }
  }

  /// A page of pictures in their places, by number.
  public func placed(after id: Int64, limit: Int = 256) throws(WinnowError) -> [PlacedPicture] {
    try read { connection in
      try connection.all(
        LedgerConnection.placedColumns + " WHERE p.id > ? AND \(LedgerConnection.isPlaced) ORDER BY p.id LIMIT ?",
        [id, limit], connection.placedPicture)
    }
  }

  /// A page of pictures of this many bytes, by number.
  public func placed(size: Int64, after id: Int64 = 0, limit: Int = 256) throws(WinnowError) -> [PlacedPicture] {
    try read { connection in
      try connection.all(
        LedgerConnection.placedColumns + """
           WHERE substr(p.fingerprint, 17, 8) = ? AND p.gone = 0 AND p.decided = 1 AND p.id > ?
            AND \(LedgerConnection.isPlaced)
          ORDER BY p.id LIMIT ?
          """, [LittleEndian.bytes(UInt64(bitPattern: size)).blob, id, limit], connection.placedPicture)
    }
  }

  /// Pictures whose file has this inode number, the latest first.
  ///
  /// - Parameter displaced: those that are not known to be anywhere, since another file took their place.
  public func pictures(
    inode: UInt64, displaced: Bool = false, limit: Int = 16
  ) throws(WinnowError) -> [KnownPicture] {
    try read { connection in
      try connection.all(
        LedgerConnection.pictureColumns + """
           WHERE substr(p.fingerprint, 1, 8) = ? AND p.gone = ? AND p.decided = 1 AND \(LedgerConnection.isSettled)
          ORDER BY p.id DESC LIMIT ?
          """, [LittleEndian.bytes(inode).blob, displaced, limit], connection.knownPicture)
    }
  }

  /// Pictures with these bytes, wherever they lie.
  public func pictures(digest: ContentDigest, limit: Int = 256) throws(WinnowError) -> [KnownPicture] {
    try read { connection in
      try connection.all(
        LedgerConnection.pictureColumns + """
           WHERE substr(p.digest, 1, 8) = ? AND p.gone = 0 AND p.digest IS NOT NULL AND p.digest = ?
            AND \(LedgerConnection.isPlaced)
          ORDER BY p.id LIMIT ?
          """, [Array(digest.bytes.prefix(8)).blob, digest.bytes.blob, limit], connection.knownPicture)
    }
  }

  /// A page of the pictures below a folder, by number.
  public func placed(
    below folder: FilePath, after id: Int64 = 0, limit: Int = 256
  ) throws(WinnowError) -> [PlacedPicture] {
    let (low, high) = folder.rangeBelow
    return try read { connection in
      try connection.all(
        """
        \(LedgerConnection.placedColumns)
        WHERE p.folder IN (SELECT id FROM folder WHERE path = ?2 OR (path > ?3 AND path < ?4))
          AND p.id > ?1 AND \(LedgerConnection.isPlaced)
        ORDER BY p.id LIMIT ?5
        """, [id, folder.bytes.blob, low.blob, high.blob, limit], connection.placedPicture)
    }
  }

  /// Whether a move that has begun and has not ended fills or empties this absolute path.
  public func isOnItsWay(at path: FilePath) throws(WinnowError) -> Bool {
    try read { connection in
      try connection.openIntents().contains {
        $0.source.absolute == path || $0.destination.absolute == path
      }
    }
  }

  /// Where Winnow itself last sorted the picture, unless that was taken back.
  public func sortedPlace(ofPicture id: Int64) throws(WinnowError) -> Place? {
    try read { connection in
      try connection.first(
        LedgerConnection.historyColumns + """
           WHERE h.picture = ? AND h.moved = 1 AND h.outcome = 'sorted' AND h.undone_by IS NULL
          ORDER BY h.id DESC LIMIT 1
          """, [id], connection.historyRow)?.to
    }
  }
}

extension FilePath {
  /// The bytes between which lies every path below this one: "0" follows the slash.
  fileprivate var rangeBelow: (low: [UInt8], high: [UInt8]) {
    let bytes = self.bytes
    let stem = bytes.last == UInt8(ascii: "/") ? Array(bytes.dropLast()) : bytes
    return (stem + [UInt8(ascii: "/")], stem + [UInt8(ascii: "0")])
  }
}

extension LedgerConnection {
  fileprivate static let placedColumns = """
    SELECT p.id, f.path, p.name, p.fingerprint FROM picture p JOIN folder f ON f.id = p.folder
    """

  /// The plus keeps SQLite from going by state, which most pictures share.
  fileprivate static let isSettled = """
    +p.state IN ('sorted', 'review', 'quarantined', 'corrected')
      AND NOT EXISTS (SELECT 1 FROM intent i WHERE i.picture = p.id)
    """

  fileprivate static let isPlaced = "p.gone = 0 AND p.decided = 1 AND " + isSettled

  fileprivate func placedPicture(_ row: StoredRow) throws -> PlacedPicture {
    let folder = try row.bytes(1)
    let separator = folder.count == 1 ? [] : [UInt8(ascii: "/")]
    return PlacedPicture(
      id: try row.integer(0), path: FilePath(bytes: folder + separator + (try row.bytes(2))),
      fingerprint: try StoredFingerprint.decode(row.bytes(3)))
  }
}
