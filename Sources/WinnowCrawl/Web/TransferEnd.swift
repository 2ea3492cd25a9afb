import CCurl
import WinnowFiles

/// What the end of a transfer means.
enum TransferEnd {
  static func outcome(of transfer: Transfer, _ code: CURLcode) -> WebOutcome {
    let status = transfer.status
    let failure = { (reason: FailureReason, detail: String) -> WebOutcome in
      transfer.download?.discard()
      return .failure(WebFailure(reason: reason, detail: detail, status: status == 0 ? nil : status))
    }
    switch transfer.stop {
    case .addressRefused(let detail)?: return failure(.addressNotAllowed, detail)
    case .tooLarge?: return failure(.tooLarge, "more than \(transfer.request.largest) bytes came")
    case .stalled?: return failure(.stalled, "it sent next to nothing for too long")
    case .overdue?: return failure(.timedOut, "it took too long")
    case .disk(let fault)?: return failure(.unreadable, fault.reason)
    case .bodyUnwanted?, nil: break
    }
    // Of an answer that is not good the body does not count, nor how it ended.
    if status != 0, !(200...299).contains(status) { return unwelcome(status, transfer, failure) }
    guard code == CURLE_OK else { return failure(reason(code), String(cString: curl_easy_strerror(code))) }
    var answer = WebAnswer(status: status, contentType: transfer["content-type"])
    answer.body = transfer.body
    answer.download = transfer.download
    return .answer(answer)
  }

  private static func unwelcome(
    _ status: Int, _ transfer: Transfer, _ failure: (FailureReason, String) -> WebOutcome
  ) -> WebOutcome {
    let detail = "it answered \(status)"
    switch status {
    case 301, 302, 303, 307, 308:
      guard let location = transfer["location"] else {
        return failure(.badAnswer, "it answered \(status) without Location")
      }
      guard let target = WebAddress(reference: Array(location.utf8), base: transfer.request.address) else {
        return failure(.badAddress, "it redirects to what is no http or https address")
      }
      return .redirect(target)
    case 401, 403, 451: return failure(.refused, detail)
    case 404, 410: return failure(.notFound, detail)
    case 429: return failure(.rateLimited, detail)
    case 500...599: return failure(.serverError, detail)
    default: return failure(.badAnswer, detail)
    }
  }

  private static func reason(_ code: CURLcode) -> FailureReason {
    switch code {
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2_STREAM: .cutOff
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotFound
    case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR: .notReachable
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER: .tls
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badAddress
    default: .badAnswer
    }
  }
}
