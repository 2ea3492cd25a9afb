/// One picture as the ledger knows it.
public struct PictureRecord: Hashable, Sendable {
  public var id: Int64
  public var inbox: String
  /// Where it is now.
  public var place: Place
  public var state: PictureState
  /// As it lies at `place`.
  public var fingerprint: FileFingerprint
  public var reason: String
  /// Set wherever the bytes were read.
  public var digest: ContentDigest?
  public var facts: PictureFacts?
  /// Best ten classes; empty where it was not classified.
  public var top: [ClassScore]
  public var model: ModelVersion?
  /// When it was last decided about.
  public var time: Timestamp
  /// The picture that this file goes with: a RAW beside its JPEG, a sidecar. Nil for a picture that was decided about
  /// itself.
  public var companionOf: Int64?

  public init(
    id: Int64, inbox: String, place: Place, state: PictureState, fingerprint: FileFingerprint, reason: String,
    digest: ContentDigest?, facts: PictureFacts?, top: [ClassScore], model: ModelVersion?, time: Timestamp,
    companionOf: Int64? = nil
  ) {
    self.id = id
    self.inbox = inbox
    self.place = place
    self.state = state
    self.fingerprint = fingerprint
    self.reason = reason
    self.digest = digest
    self.facts = facts
    self.top = top
    self.model = model
    self.time = time
    self.companionOf = companionOf
  }
}
