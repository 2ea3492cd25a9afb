public import WinnowCore

/// What an answer that is not the one asked for carries: `{"error": {code, message, remedy}, "schema": 1}`. A stream
/// that breaks off ends with it.
public struct ErrorReply: Codable, Hashable, Sendable {
  public struct Detail: Codable, Hashable, Sendable {
    public var code: String
    public var message: String
    public var remedy: String?
    public var cause: String?
  }

  public var error: Detail

  public init(_ error: WinnowError) {
    self.error = Detail(
      code: error.code.rawValue, message: error.message, remedy: error.remedy, cause: error.cause)
  }

  public init(_ error: Detail) { self.error = error }

  public var asError: WinnowError {
    WinnowError(.init(error.code), error.message, remedy: error.remedy, cause: error.cause)
  }
}

extension WinnowError.Code {
  /// The rules forbid it, whoever asks: removing the version that is live, undoing an edited picture.
  public static let refused = Self("refused")
  /// A request or a reply is larger than allowed.
  public static let tooLarge = Self("too_large")
  /// Too much is going on at once.
  public static let busy = Self("busy")
  /// A stream's reader was too slow, and records were lost.
  public static let readerTooSlow = Self("reader_too_slow")
  /// The path asked for is not one of this interface.
  public static let unknownRoute = Self("unknown_route")
  /// The daemon cannot be reached, or went away.
  public static let unreachable = Self("unreachable")
  /// The daemon dropped a request without an answer.
  public static let noAnswer = Self("no_answer")
}
