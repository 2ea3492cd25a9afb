public import WinnowControlAPI
public import WinnowCore
public import WinnowSupervision

/// Who takes events, one at a time.
protocol EventRecipient {
  /// - Returns: nil once the event was taken.
  func deliver(_ event: DeliveryRequest.Event) -> DeliveryReport.Failure?
}

/// Carries events to one hook, each lane in its order. It tries each event at most once; when to try again is the
/// daemon's business.
public struct EventDelivery {
  /// After this long no further event is begun, so that the daemon can choose anew and no inbox waits long for another.
  private static let spell = Duration.seconds(30)

  private let request: DeliveryRequest
  private let recipient: any EventRecipient
  private let cancellation: Cancellation

  /// - Throws: `.malformed` where the request names no target; `.systemCall` where libcurl cannot be started.
  public init(_ request: DeliveryRequest, cancellation: Cancellation) throws(WinnowError) {
    let recipient: any EventRecipient
    if let url = request.url {
      recipient = try Webhook(url: url, cancellation: cancellation)
    } else if let program = request.program, let executable = program.first {
      recipient = HookProgram(
        executable: executable, arguments: Array(program.dropFirst()), variables: request.variables ?? [:],
        cancellation: cancellation)
    } else {
      throw WinnowError(.malformed, "a delivery needs an address or a program")
    }
    self.init(request, to: recipient, cancellation: cancellation)
  }

  init(_ request: DeliveryRequest, to recipient: any EventRecipient, cancellation: Cancellation) {
    self.request = request
    self.recipient = recipient
    self.cancellation = cancellation
  }

  /// - Parameter told: called with the number of each event that was taken.
  public func run(_ told: (Int64) -> Void) -> DeliveryReport {
    let end = ContinuousClock.now + Self.spell
    var held: Set<Int> = []
    var failures: [DeliveryReport.Failure] = []
    for event in request.events where event.isProbe || !held.contains(event.lane) {
      guard !cancellation.isRequested, ContinuousClock.now < end else { break }
      let failure = recipient.deliver(event)
      // What was broken off tells nothing.
      if cancellation.isRequested, failure != nil { break }
      guard let failure else {
        told(event.id)
        continue
      }
      failures.append(failure)
      held.insert(event.lane)
      if failure.fault == .unreachable { break }
    }
    return DeliveryReport(failures: failures)
  }
}
