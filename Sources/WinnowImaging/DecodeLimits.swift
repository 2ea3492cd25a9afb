/// How much one picture may cost.
public struct DecodeLimits: Hashable, Sendable {
  /// Declared width times height, looked at before memory is taken. 200 megapixels: above every camera of today
  /// (chosen, not measured).
  public var maxPixels: Int
  /// Length of the file in bytes. 512 MiB (chosen, not measured).
  public var maxBytes: Int
  /// Memory in bytes for the pixels and the buffers that a decoder must hold for a whole picture at once; small
  /// things (a row, tables, profiles) are not counted. 1.25 GiB: 200 megapixels with an orientation that needs a second
  /// copy (chosen, not measured).
  public var maxMemory: Int
  /// Seconds of wall-clock time for decoding one picture. HEIF's decoders cannot be interrupted: there the time is
  /// looked at before and after. 20 s (chosen, not measured).
  public var maxSeconds: Double

  public init(
    maxPixels: Int = 200_000_000, maxBytes: Int = 512 << 20, maxMemory: Int = 1280 << 20, maxSeconds: Double = 20
  ) {
    self.maxPixels = maxPixels
    self.maxBytes = maxBytes
    self.maxMemory = maxMemory
    self.maxSeconds = maxSeconds
  }
}
