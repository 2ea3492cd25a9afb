import CCurl
import WinnowCore

/// One transfer of libcurl's. Options are set by `Transfer` alone.
struct CurlEasy: ~Copyable {
  let raw: UnsafeMutableRawPointer

  init() throws(WinnowError) {
    guard let raw = curl_easy_init() else { throw CurlMulti.missing }
    self.raw = raw
  }

  deinit { curl_easy_cleanup(raw) }
}

/// Request headers of a transfer, alive as long as it is.
struct CurlHeaders: ~Copyable {
  private(set) var raw: UnsafeMutablePointer<curl_slist>?

  init(_ lines: [String]) {
    for line in lines {
      // Nil means no memory; the header is left out rather than the list lost.
      if let longer = curl_slist_append(raw, line) { raw = longer }
    }
  }

  deinit { curl_slist_free_all(raw) }
}

/// Transfers that go on side by side on one thread.
struct CurlMulti: ~Copyable {
  private let raw: UnsafeMutableRawPointer

  static var missing: WinnowError { WinnowError(.systemCall, "libcurl could not be started") }
  /// Once a process, before the first handle. It never fails after it went well.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init() throws(WinnowError) {
    guard Self.isReady, let raw = curl_multi_init() else { throw Self.missing }
    self.raw = raw
    // Connections kept for the next request.
    _ = ccurl_set_multi_number(raw, CURLMOPT_MAXCONNECTS, 32)
  }

  deinit { curl_multi_cleanup(raw) }

  func add(_ easy: borrowing CurlEasy) { curl_multi_add_handle(raw, easy.raw) }

  func remove(_ easy: borrowing CurlEasy) { curl_multi_remove_handle(raw, easy.raw) }

  /// Does what can be done without waiting.
  func perform() {
    var running: Int32 = 0
    curl_multi_perform(raw, &running)
  }

  /// Waits until there is something to do, or so many milliseconds.
  func wait(milliseconds: Int32) { curl_multi_poll(raw, nil, 0, milliseconds, nil) }

  /// The next transfer that has ended.
  func nextEnded() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
    var code = CURLE_OK
    guard let easy = ccurl_next_ended(raw, &code) else { return nil }
    return (easy, code)
  }
}
