import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowSupervision

@testable import WinnowCrawl

extension WebSettings {
  /// Quick, small limits, yet such that a machine with other work keeps them, and the server's port allowed.
  static func quick(_ server: LoopbackServer, _ others: LoopbackServer...) throws -> WebSettings {
    var settings = WebSettings(version: "1", contact: "bench@winnow.example")
    settings.allowedHosts = try ([server] + others).map { try AllowedHost("127.0.0.1:\($0.port)") }
    settings.pacing = HostPacing.Limits(
      concurrency: 8, interval: .zero, firstPause: .milliseconds(5), longestPause: .seconds(2), patience: 20)
    settings.watch = TransferWatch.Limits(leastBytes: 1000, window: .seconds(3), whole: .seconds(60))
    settings.largestPicture = 100_000
    return settings
  }
}

/// One client, for tests of what stands on it.
struct WebBench {
  let client: WebClient
  let fetcher: PageFetcher

  init(_ settings: WebSettings, _ cancellation: Cancellation = Cancellation()) throws {
    client = try WebClient(settings, cancellation: cancellation)
    fetcher = PageFetcher(client)
  }

  func outcome(_ address: String, largest: Int64 = 100_000) throws -> WebOutcome? {
    guard let address = WebAddress(address) else { return nil }
    let ticket = client.begin(WebRequest(address: address, largest: largest))
    while true {
      if let outcome = client.outcome(of: ticket) { return outcome }
      try client.step()
    }
  }

  func reason(_ address: String) throws -> FailureReason? {
    if case .failure(let failure)? = try outcome(address) { failure.reason } else { nil }
  }
}
