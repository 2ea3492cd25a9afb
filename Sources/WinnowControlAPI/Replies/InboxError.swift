/// How often the version that sorts an inbox now is wrong. Shares are 0 to 1.
public struct InboxError: Codable, Hashable, Sendable {
  /// What people said of pictures that were drawn at random (`review --sample`).
  public struct Observed: Codable, Hashable, Sendable {
    public var lookedAt: Int
    public var wrong: Int
    public var value: Double
    /// The two-sided 95% interval.
    public var low: Double
    public var high: Double

    public init(lookedAt: Int, wrong: Int, value: Double, low: Double, high: Double) {
      self.lookedAt = lookedAt
      self.wrong = wrong
      self.value = value
      self.low = low
      self.high = high
    }

    private enum CodingKeys: String, CodingKey {
      case lookedAt = "looked_at"
      case wrong, value, low, high
    }
  }

  /// At most this is wrong, with 95% certainty; absent where nothing was promised.
  public var promised: Double?
  /// Absent until somebody looked at a sample.
  public var observed: Observed?
  /// Pictures that people put elsewhere. Nobody corrects everything.
  public var corrected: Int

  public init(promised: Double? = nil, observed: Observed? = nil, corrected: Int) {
    self.promised = promised
    self.observed = observed
    self.corrected = corrected
  }
}
