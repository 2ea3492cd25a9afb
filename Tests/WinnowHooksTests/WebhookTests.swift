import Testing
import WinnowControlAPI
import WinnowCore
import WinnowSupervision

@testable import WinnowHooks

@Suite("A webhook")
struct WebhookTests {
  @Test("its headers name the event and carry the signature")
  func headers() {
    let event = DeliveryRequest.Event(id: 7, lane: 0, body: "{}", signature: "sha256=ab")
    #expect(
      Webhook.headers(of: event) == [
        "Content-Type: application/json", "Expect:", "X-Winnow-Delivery: 7", "X-Winnow-Signature: sha256=ab",
      ])
  }

  @Test("messages about it hold no name, password or path of its address")
  func secrets() {
    #expect(Webhook.withoutSecrets("https://me:word@host:8443/key?token=1") == "https://host:8443")
    #expect(Webhook.withoutSecrets("http://127.0.0.1:9000") == "http://127.0.0.1:9000")
  }

  @Test("where nobody listens no event is at fault")
  func nobody() throws {
    // Port 1 of loopback: reserved, and nobody's.
    let webhook = try Webhook(url: "http://127.0.0.1:1/", cancellation: Cancellation())
    let failure = try #require(webhook.deliver(.init(id: 7, lane: 0, body: "{}")))
    #expect(failure.fault == .unreachable)
  }
}
