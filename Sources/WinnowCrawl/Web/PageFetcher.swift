import WinnowCore

/// Fetches whole pages and providers' answers, one after the other, while other transfers of the same client go on.
final class PageFetcher {
  struct Page {
    /// After redirects.
    var address: WebAddress
    var contentType: String?
    var body: [UInt8]
  }

  private let client: WebClient

  init(_ client: WebClient) { self.client = client }

  var settings: WebSettings { client.settings }

  /// - Throws: `.jobCancelled`; a fault of the disk. What the network says is in the result.
  func fetch(
    _ address: WebAddress, accept: String, referer: String? = nil
  ) throws(WinnowError) -> Result<Page, WebFailure> {
    var address = address
    for _ in 0...settings.redirects {
      let ticket = client.begin(
        WebRequest(address: address, referer: referer, accept: accept, largest: settings.largestPage))
      var outcome = client.outcome(of: ticket)
      while outcome == nil {
        try client.step()
        outcome = client.outcome(of: ticket)
      }
      switch outcome {
      case .answer(let answer)?:
        return .success(Page(address: address, contentType: answer.contentType, body: answer.body))
      case .redirect(let target)?: address = target
      case .failure(let failure)?: return .failure(failure)
      case nil: break
      }
    }
    let detail = "it redirects more than \(settings.redirects) times"
    return .failure(WebFailure(reason: .tooManyRedirects, detail: detail))
  }
}
