internal import GRDB
public import SystemPackage
public import WinnowCore

/// Files that go with pictures.
extension Ledger {
  /// What goes with a picture and is where the ledger has it, in the order it came.
  public func companions(of picture: Int64) throws(WinnowError) -> [PictureRecord] {
    try read { try $0.companions(of: picture) }
  }

  /// The picture that Winnow last moved out of a folder under one of these names and that is still where it put it, or
  /// where a person did. What was taken back does not count.
  ///
  /// - Parameter names: the likeliest first.
  public func picture(movedFrom folder: FilePath, names: [[UInt8]]) throws(WinnowError) -> PictureRecord? {
    try read { connection in
      guard let folder = try connection.existingNumber(ofFolder: folder.bytes) else { return nil }
      for name in names {
        let picture = try connection.first(
          """
          SELECT h.picture FROM history h JOIN picture p ON p.id = h.picture
          WHERE h.from_folder = ? AND h.from_name = ? AND h.moved = 1 AND h.undone_by IS NULL AND h.outcome <> 'undone'
            AND p.gone = 0 AND p.companion_of IS NULL AND p.state IN ('sorted', 'review', 'quarantined', 'corrected')
          ORDER BY h.id DESC LIMIT 1
          """, [folder, name.blob]
        ) { try $0.integer(0) }
        if let picture { return try connection.knownPicture(picture)?.record }
      }
      return nil
    }
  }
}

extension LedgerConnection {
  func companions(of picture: Int64) throws -> [PictureRecord] {
    try all(Self.pictureColumns + " WHERE p.companion_of = ? AND p.gone = 0 ORDER BY p.id", [picture]) {
      try knownPicture($0).record
    }
  }
}
