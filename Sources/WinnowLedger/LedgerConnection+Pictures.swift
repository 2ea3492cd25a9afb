internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// Rows of `picture`.
extension LedgerConnection {
  /// Begins every query that `knownPicture` decodes; `p` is the picture.
  static let pictureColumns = """
    SELECT p.id, p.inbox, f.path, p.name, p.root_length, p.state, p.decided, p.released, p.time, p.model,
      p.model_version, p.reason, p.fingerprint, p.digest, p.byte_count, p.format, p.width, p.height,
      p.perceptual_hash, p.capture_time, p.camera, p.facts_digest, p.top, p.label, p.companion_of
    FROM picture p JOIN folder f ON f.id = p.folder
    """

  func knownPicture(_ row: StoredRow) throws -> KnownPicture {
    let digest = try row.optionalBytes(13).map(digest)
    let record = PictureRecord(
      id: try row.integer(0),
      inbox: try word(row.integer(1)),
      place: try StoredPlace.place(
        folder: row.bytes(2), name: row.bytes(3), rootLength: row.integer(4)),
      state: try row.word(5, as: PictureState.self),
      fingerprint: try StoredFingerprint.decode(row.bytes(12)),
      reason: try row.text(11),
      digest: digest,
      facts: try facts(row, digest: digest),
      top: try scores(row.optionalBytes(22)),
      model: try model(row, at: 9),
      time: Timestamp(nanoseconds: try row.integer(8)),
      companionOf: row.optionalInteger(24))
    return KnownPicture(
      record: record, isReleased: try row.flag(7), isDecided: try row.flag(6),
      label: try row.optionalInteger(23).map(word))
  }

  func knownPicture(_ id: Int64) throws -> KnownPicture? {
    try first(Self.pictureColumns + " WHERE p.id = ?", [id], knownPicture)
  }

  /// The number and a later column of the row: a model's version.
  func model(_ row: StoredRow, at column: Int) throws -> ModelVersion? {
    guard let name = row.optionalInteger(column) else { return nil }
    return ModelVersion(name: try word(name), version: Int(try row.integer(column + 1)))
  }

  func digest(_ bytes: [UInt8]) throws -> ContentDigest {
    guard let digest = ContentDigest(bytes: bytes) else { throw LedgerDamage(description: "a digest is not 32 bytes") }
    return digest
  }

  private func facts(_ row: StoredRow, digest: ContentDigest?) throws -> PictureFacts? {
    guard let format = row.optionalText(15) else { return nil }
    guard let digest = try row.optionalBytes(21).map(self.digest) ?? digest else {
      throw LedgerDamage(description: "a picture's facts have no digest")
    }
    return PictureFacts(
      digest: digest, byteCount: try row.integer(14), format: format, width: Int(try row.integer(16)),
      height: Int(try row.integer(17)), perceptualHash: UInt64(bitPattern: try row.integer(18)),
      captureTime: row.optionalInteger(19).map { Timestamp(nanoseconds: $0) }, camera: row.optionalText(20))
  }

  private func scores(_ bytes: [UInt8]?) throws -> [ClassScore] {
    try StoredScores.decode(bytes ?? []).map {
      ClassScore(index: $0.index, label: try word($0.label), probability: $0.probability)
    }
  }

  /// Inserts or replaces the picture. Whether it has history stays as it is.
  func put(_ picture: PictureRecord) throws {
    let place = try StoredPlace(picture.place)
    let folder = try number(ofFolder: place.folder)
    let facts = picture.facts
    let top = try picture.top.map {
      StoredScores.Score(index: $0.index, label: try number(ofWord: $0.label), probability: $0.probability)
    }
    let arguments: [(any DatabaseValueConvertible)?] = [
      picture.id, try number(ofWord: picture.inbox), folder, place.name.blob, place.rootLength,
      picture.state.rawValue, picture.time.nanoseconds, try picture.model.map { try number(ofWord: $0.name) },
      picture.model?.version, picture.reason, StoredFingerprint.encode(picture.fingerprint).blob,
      picture.digest?.bytes.blob, facts?.byteCount, facts?.format, facts?.width, facts?.height,
      facts.map { Int64(bitPattern: $0.perceptualHash) }, facts?.captureTime?.nanoseconds, facts?.camera,
      facts?.digest == picture.digest ? nil : facts?.digest.bytes.blob,
      top.isEmpty ? nil : StoredScores.encode(top).blob, picture.companionOf,
    ]
    try run(
      """
      INSERT INTO picture (id, inbox, folder, name, root_length, state, time, model, model_version, reason,
        fingerprint, digest, byte_count, format, width, height, perceptual_hash, capture_time, camera, facts_digest,
        top, companion_of)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET inbox = excluded.inbox, folder = excluded.folder, name = excluded.name,
        root_length = excluded.root_length, state = excluded.state, time = excluded.time, model = excluded.model,
        model_version = excluded.model_version, reason = excluded.reason, fingerprint = excluded.fingerprint,
        digest = excluded.digest, byte_count = excluded.byte_count, format = excluded.format,
        width = excluded.width, height = excluded.height, perceptual_hash = excluded.perceptual_hash,
        capture_time = excluded.capture_time, camera = excluded.camera, facts_digest = excluded.facts_digest,
        top = excluded.top, companion_of = excluded.companion_of, released = 0, gone = 0, skipped = 0
      """, StatementArguments(arguments))
    try retireOthers(thanPicture: picture.id, folder: folder, name: place.name)
  }

  /// One path holds one file: whatever else was known to lie there no longer does.
  func retireOthers(thanPicture id: Int64, folder: Int64, name: [UInt8]) throws {
    let others = try all(
      "SELECT id FROM picture WHERE folder = ? AND name = ? AND gone = 0 AND id <> ?", [folder, name.blob, id]
    ) { try $0.integer(0) }
    for other in others { try retire(picture: other) }
  }

  /// Marks that the picture's file is no longer where it was. Without history and without an open intent nothing is
  /// worth keeping of it.
  func retire(picture id: Int64) throws {
    try run("UPDATE picture SET gone = 1 WHERE id = ?", [id])
    try put(nil, ofPicture: id, isRevised: false)
    try removeIfForgotten(picture: id)
  }

  /// Removes a picture that is gone or was never decided about, once nothing speaks of it.
  @discardableResult
  func removeIfForgotten(picture id: Int64) throws -> Bool {
    try run(
      """
      DELETE FROM picture WHERE id = ? AND (gone = 1 OR decided = 0)
        AND NOT EXISTS (SELECT 1 FROM history WHERE picture = picture.id)
        AND NOT EXISTS (SELECT 1 FROM intent WHERE picture = picture.id)
      """, [id]) > 0
  }
}
