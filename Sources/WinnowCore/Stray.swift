/// A file in an output tree, at a place where the ledger has no such file.
public struct Stray: Hashable, Sendable {
  public var place: Place
  public var fingerprint: FileFingerprint
  /// ctime: when the file itself was last renamed or changed. That a folder above it was renamed leaves it as it is.
  public var changed: Timestamp
  /// Nil where it was not read.
  public var digest: ContentDigest?

  public init(place: Place, fingerprint: FileFingerprint, changed: Timestamp, digest: ContentDigest? = nil) {
    self.place = place
    self.fingerprint = fingerprint
    self.changed = changed
    self.digest = digest
  }

  /// Whether nothing happened to the file itself since the ledger last spoke of the picture: the same file with the
  /// same size and times, so that a folder above it was renamed and nothing else.
  public func isUntouched(since picture: PictureRecord) -> Bool {
    fingerprint.isSameFile(as: picture.fingerprint) && fingerprint.hasSameContentMarks(as: picture.fingerprint)
      && changed <= picture.time
  }
}

/// A picture that a stray may turn out to be.
public struct SoughtPicture: Hashable, Sendable {
  public var record: PictureRecord
  /// Whether its file is where the ledger has it.
  public var stands: Bool
  /// The class a person gave it; nil where none did.
  public var label: String?
  /// Where Winnow itself had sorted it, where a person moved it since.
  public var sortedTo: Place?

  public init(record: PictureRecord, stands: Bool, label: String? = nil, sortedTo: Place? = nil) {
    self.record = record
    self.stands = stands
    self.label = label
    self.sortedTo = sortedTo
  }
}

/// A stray that is a picture of the ledger.
public struct KnownStray: Hashable, Sendable {
  public var stray: Stray
  public var picture: SoughtPicture

  public init(stray: Stray, picture: SoughtPicture) {
    self.stray = stray
    self.picture = picture
  }
}

/// Which stray is which picture. Pure; where it is not sure it says nothing.
public enum StrayMatching {
  /// Whether a stray has to be read to be known: unless it is, untouched, the very file of a picture.
  public static func needsReading(_ stray: Stray, among pictures: [SoughtPicture]) -> Bool {
    !pictures.contains { !$0.stands && stray.isUntouched(since: $0.record) }
  }

  /// Each stray and each picture at most once.
  ///
  /// A picture whose file is still in its place is none: what looks like it is a copy or a second link. The same file,
  /// by its handle, is the picture where size and bytes are the same too. Other files are by their bytes; of several
  /// that could be meant on either side those with the same name go together, else none.
  public static func match(_ strays: [Stray], with pictures: [SoughtPicture]) -> [KnownStray] {
    var known: [KnownStray] = []
    var matched: Set<Int64> = []
    var rest: [Stray] = []
    let missing = pictures.filter { !$0.stands }
    let byInode = Dictionary(grouping: missing) { $0.record.fingerprint.inode }
    for stray in strays {
      let same = (byInode[stray.fingerprint.inode] ?? []).filter {
        isSameFile(stray, $0.record) && !matched.contains($0.record.id)
      }
      // Two records of one file: the later one is about it now.
      if let picture = same.max(by: { $0.record.id < $1.record.id }) {
        matched.insert(picture.record.id)
        known.append(KnownStray(stray: stray, picture: picture))
      } else {
        rest.append(stray)
      }
    }
    let candidates = Dictionary(
      grouping: missing.filter { $0.record.digest != nil && !matched.contains($0.record.id) }
    ) { $0.record.digest }
    for (digest, strays) in Dictionary(grouping: rest.filter { $0.digest != nil }, by: \.digest) {
      known += pair(strays, with: candidates[digest] ?? [])
    }
    return known
  }

  private static func isSameFile(_ stray: Stray, _ picture: PictureRecord) -> Bool {
    guard stray.fingerprint.isSameFile(as: picture.fingerprint),
      stray.fingerprint.size == picture.fingerprint.size
    else { return false }
    if let read = stray.digest, let digest = picture.digest { return read == digest }
    return stray.fingerprint.hasSameContentMarks(as: picture.fingerprint)
  }

  private static func pair(_ strays: [Stray], with pictures: [SoughtPicture]) -> [KnownStray] {
    guard let stray = strays.first, let picture = pictures.first else { return [] }
    if strays.count == 1, pictures.count == 1 { return [KnownStray(stray: stray, picture: picture)] }
    let byName = Dictionary(grouping: pictures) { $0.record.place.name }
    return Dictionary(grouping: strays) { $0.place.name }.compactMap { name, strays in
      guard strays.count == 1, let pictures = byName[name], pictures.count == 1 else { return nil }
      return KnownStray(stray: strays[0], picture: pictures[0])
    }
  }
}
