/// Why a picture that was found is not kept. Raw values stand in journals and reports, so they never change.
public enum FailureReason: String, Error, Hashable, Sendable, Codable, CaseIterable {
  /// No http or https address.
  case badAddress = "bad_address"
  /// It leads to a private, loopback or otherwise special network address.
  case addressNotAllowed = "address_not_allowed"
  case robots
  case nameNotFound = "name_not_found"
  case notReachable = "not_reachable"
  case tls
  case timedOut = "timed_out"
  case stalled
  /// The connection ended before the body did.
  case cutOff = "cut_off"
  case tooManyRedirects = "too_many_redirects"
  case tooLarge = "too_large"
  /// 401, 403, 451.
  case refused
  /// 404, 410.
  case notFound = "not_found"
  /// 429, or a host that asked for too long a pause.
  case rateLimited = "rate_limited"
  case serverError = "server_error"
  /// Any other status, or an answer against the protocol.
  case badAnswer = "bad_answer"
  /// The content is that of no picture: a web page under a picture's name, say.
  case notAPicture = "not_a_picture"
  case unsupportedFormat = "unsupported_format"
  /// Truncated or corrupt, or not to be decoded within the limits.
  case broken
  case tooSmall = "too_small"
  /// A file of a tree that could not be read.
  case unreadable

  /// Whether another day may bring another answer, so that a later run tries again.
  var passes: Bool {
    switch self {
    case .nameNotFound, .notReachable, .tls, .timedOut, .stalled, .cutOff, .rateLimited, .serverError, .unreadable: true
    default: false
    }
  }

  /// How often it is tried at most, in one run.
  var tries: Int {
    switch self {
    case .rateLimited, .serverError: 4
    case .notReachable, .cutOff, .timedOut: 2
    default: 1
    }
  }
}
