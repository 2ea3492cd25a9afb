import CCurl
import WinnowControlAPI
import WinnowCore
import WinnowSupervision

/// Posts events to a web address, one connection for as many as it lets. Any status from 200 to 299 means that the event
/// was taken.
///
/// The address is the owner's own, so that it may be a private one: none of the rules for addresses that strangers wrote
/// hold here. Nothing is followed where an answer leads elsewhere.
final class Webhook: EventRecipient {
  private static let answerTime = 30_000
  private static let connectTime = 10_000
  /// Bytes of an answer that are read, so that the connection can be used again.
  private static let largestAnswer = 64 << 10

  private let url: String
  private let cancellation: Cancellation
  private let easy: UnsafeMutableRawPointer
  private var received = 0

  /// - Throws: `.systemCall` where libcurl cannot be started.
  init(url: String, cancellation: Cancellation) throws(WinnowError) {
    guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let easy = curl_easy_init() else {
      throw WinnowError(.systemCall, "libcurl could not be started")
    }
    self.url = url
    self.cancellation = cancellation
    self.easy = easy
    let numbers = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT_MS, Self.connectTime), (CURLOPT_TIMEOUT_MS, Self.answerTime),
      (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_HTTP09_ALLOWED, 0),
      (CURLOPT_POST, 1),
    ]
    for (option, value) in numbers { _ = ccurl_set_number(easy, option, value) }
    let texts = [
      (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, "http,https"),
      (CURLOPT_USERAGENT, "Winnow/\(ProductVersion.current)"),
      // An empty text turns off what the environment says.
      (CURLOPT_PROXY, ""),
    ]
    for (option, value) in texts { _ = ccurl_set_text(easy, option, value) }
    // Unretained: the handle is let go of with this object.
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_set_receiver(
      easy, CURLOPT_WRITEFUNCTION, { _, size, count, context in Webhook.of(context)?.take(size * count) ?? 0 },
      CURLOPT_WRITEDATA, context)
    _ = ccurl_set_progress(
      easy, { context, _, _, _, _ in Webhook.of(context)?.cancellation.isRequested == false ? 0 : 1 }, context)
  }

  deinit { curl_easy_cleanup(easy) }

  func deliver(_ event: DeliveryRequest.Event) -> DeliveryReport.Failure? {
    received = 0
    var headers: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(headers) }
    for line in Self.headers(of: event) {
      guard let longer = curl_slist_append(headers, line) else { continue }
      headers = longer
    }
    _ = ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers)
    _ = ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(event.body.utf8.count))
    _ = ccurl_set_text(easy, CURLOPT_COPYPOSTFIELDS, event.body)
    let code = curl_easy_perform(easy)
    var status = 0
    _ = ccurl_get_number(easy, CURLINFO_RESPONSE_CODE, &status)
    return Self.failure(of: event, at: url, status: status, code)
  }

  static func headers(of event: DeliveryRequest.Event) -> [String] {
    var headers = ["Content-Type: application/json", "Expect:", "X-Winnow-Delivery: \(event.id)"]
    if let signature = event.signature { headers.append("X-Winnow-Signature: \(signature)") }
    return headers
  }

  /// A status decides, however the transfer of the answer's body ended.
  private static func failure(
    of event: DeliveryRequest.Event, at url: String, status: Int, _ code: CURLcode
  ) -> DeliveryReport.Failure? {
    if (200...299).contains(status) { return nil }
    // What the address says of who asks is nobody else's business.
    let place = withoutSecrets(url)
    if status > 0 {
      return .init(id: event.id, fault: .refused, message: "\(place) answered \(status)")
    }
    let reason = String(cString: curl_easy_strerror(code))
    // Without an answer in time the event may be what keeps it from one.
    let fault: HookFault = code == CURLE_OPERATION_TIMEDOUT ? .refused : .unreachable
    return .init(id: event.id, fault: fault, message: "\(place) did not answer: \(reason)")
  }

  /// Scheme, host and port.
  static func withoutSecrets(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return "the address" }
    let rest = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
    return String(url[..<scheme.upperBound] + host)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Webhook? {
    context.map { Unmanaged<Webhook>.fromOpaque($0).takeUnretainedValue() }
  }

  private func take(_ count: Int) -> Int {
    received += count
    return received <= Self.largestAnswer ? count : 0
  }
}
