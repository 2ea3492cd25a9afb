import Testing
import WinnowControlAPI
import WinnowCore
import WinnowSupervision

@testable import WinnowHooks

@Suite("Which events of a batch are tried")
struct EventDeliveryTests {
  /// Takes everything but what it is told to refuse.
  private final class Double: EventRecipient {
    let faults: [Int64: HookFault]
    private(set) var tried: [Int64] = []

    init(_ faults: [Int64: HookFault] = [:]) { self.faults = faults }

    func deliver(_ event: DeliveryRequest.Event) -> DeliveryReport.Failure? {
      tried.append(event.id)
      return faults[event.id].map { DeliveryReport.Failure(id: event.id, fault: $0, message: "no") }
    }
  }

  private func run(
    _ events: [(Int64, lane: Int)], probes: Set<Int64> = [], to recipient: Double, cancelled: Bool = false
  ) -> (told: [Int64], failed: [Int64]) {
    let request = DeliveryRequest(
      events: events.map { .init(id: $0.0, lane: $0.lane, isProbe: probes.contains($0.0), body: "{}") })
    let cancellation = Cancellation()
    if cancelled { cancellation.request() }
    var told: [Int64] = []
    let report = EventDelivery(request, to: recipient, cancellation: cancellation).run { told.append($0) }
    return (told, report.failures.map(\.id))
  }

  @Test("all are delivered in their order")
  func inOrder() {
    let (told, failed) = run([(1, 0), (2, 1), (3, 0)], to: Double())
    #expect(told == [1, 2, 3])
    #expect(failed == [])
  }

  @Test("one that is refused holds back the rest of its lane and no other")
  func heldBack() {
    let recipient = Double([1: .refused])
    let (told, failed) = run([(1, 0), (2, 1), (3, 0), (4, 1)], to: recipient)
    #expect(told == [2, 4])
    #expect(failed == [1])
    #expect(recipient.tried == [1, 2, 4])
  }

  @Test("where nobody is there nothing further is tried")
  func unreachable() {
    let recipient = Double([1: .unreachable])
    let (told, failed) = run([(1, 0), (2, 1)], to: recipient)
    #expect(told == [])
    #expect(failed == [1])
    #expect(recipient.tried == [1])
  }

  @Test("a probe is tried behind one that is refused, and nothing behind the probe")
  func probe() {
    let recipient = Double([1: .refused])
    let (told, failed) = run([(1, 0), (2, 0), (3, 0)], probes: [2], to: recipient)
    #expect(told == [2])
    #expect(failed == [1])
    #expect(recipient.tried == [1, 2])
  }

  @Test("once given up nothing is tried")
  func givenUp() {
    let recipient = Double()
    #expect(run([(1, 0)], to: recipient, cancelled: true).told == [])
    #expect(recipient.tried == [])
  }
}
