import WinnowCore
import WinnowFiles

/// One GET.
struct WebRequest {
  enum Body {
    /// Kept in memory.
    case memory
    /// Goes to a file, made once the first byte of a good answer comes.
    case file(() throws(SystemFault) -> Download)
  }

  var address: WebAddress
  var referer: String?
  var accept = "*/*"
  var largest: Int64
  var body = Body.memory
}

/// A good answer.
struct WebAnswer {
  var status: Int
  var contentType: String?
  /// Empty where the body went to a file.
  var body: [UInt8] = []
  var download: Download?
}

/// How a request ended.
enum WebOutcome {
  case answer(WebAnswer)
  case redirect(WebAddress)
  case failure(WebFailure)
}

/// Why a request gave nothing.
struct WebFailure: Error, Hashable {
  var reason: FailureReason
  /// For people: what the server or libcurl said.
  var detail: String
  var status: Int?
}
