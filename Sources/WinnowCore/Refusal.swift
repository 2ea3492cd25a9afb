/// Why a file was not classified, as the decoder or the worker tells it.
///
/// A refusal is about the file, never about the machine: a full disk or a missing model is a `WinnowError`.
public struct Refusal: Error, Hashable, Sendable, Codable {
  /// The kinds of refusal. Raw values go into the ledger and into `reason` fields, so they never change.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The first bytes are not those of any picture format.
    case notAPicture = "not_a_picture"
    /// A picture format that this build does not decode, such as TIFF or BMP.
    case unsupportedFormat = "unsupported_format"
    /// No bytes at all, or the data end before the picture does.
    case truncated
    /// The data contradict the format.
    case corrupt
    /// More declared pixels or bytes than the limits allow.
    case tooLarge = "too_large"
    /// Decoding took longer than the limit allows.
    case timedOut = "timed_out"
    /// Decoding needed more memory than the limit allows.
    case outOfMemory = "out_of_memory"
    /// The bytes could not be read.
    case unreadable
    /// It ended the worker twice when it was alone in flight.
    case poison
  }

  public let kind: Kind
  /// What exactly, in words for the user: `"the scan data end 1,204 bytes early"`.
  public let detail: String

  public init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }
}
