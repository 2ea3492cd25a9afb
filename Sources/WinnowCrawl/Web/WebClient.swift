import CCurl
import WinnowCore
import WinnowFiles
import WinnowSupervision

/// Carries out GET requests, several at once on the calling thread, each host at its pace.
///
/// Nothing happens but in `step`: whoever has begun a request has to call it until the request is among the ended.
/// Redirects are an outcome, not followed. One owner, one thread.
final class WebClient {
  typealias Ticket = Int

  private struct Waiting {
    var ticket: Ticket
    var request: WebRequest
    var tries = 0
    var notBefore: ContinuousClock.Instant?
  }

  private struct Running {
    var waiting: Waiting
    var transfer: Transfer
  }

  let settings: WebSettings
  private let multi: CurlMulti
  private let cancellation: Cancellation
  private var pacing: HostPacing
  private var waiting: [Waiting] = []
  private var running: [UnsafeMutableRawPointer: Running] = [:]
  private var ended: [Ticket: WebOutcome] = [:]
  private var order: [Ticket] = []
  private var nextTicket = 0
  /// When the last step ended; what lies between steps is nobody's stall.
  private var lastStep: ContinuousClock.Instant?

  /// How soon a cancellation is noticed while nothing else happens.
  private static let longestWait: Duration = .milliseconds(200)

  init(_ settings: WebSettings, cancellation: Cancellation) throws(WinnowError) {
    self.settings = settings
    self.cancellation = cancellation
    multi = try CurlMulti()
    pacing = HostPacing(settings.pacing)
  }

  deinit { for run in running.values { multi.remove(run.transfer.easy) } }

  /// Requests begun and not ended.
  var load: Int { waiting.count + running.count }

  func begin(_ request: WebRequest) -> Ticket {
    nextTicket += 1
    waiting.append(Waiting(ticket: nextTicket, request: request))
    return nextTicket
  }

  /// The outcome of a request that has ended, once.
  func outcome(of ticket: Ticket) -> WebOutcome? {
    guard let outcome = ended.removeValue(forKey: ticket) else { return nil }
    order.removeAll { $0 == ticket }
    return outcome
  }

  /// The request that ended first of those among `tickets`, once.
  func takeEnded(where isWanted: (Ticket) -> Bool) -> (ticket: Ticket, outcome: WebOutcome)? {
    guard let ticket = order.first(where: isWanted), let outcome = outcome(of: ticket) else { return nil }
    return (ticket, outcome)
  }

  /// Starts what may start, waits until something happens, and collects what has ended.
  ///
  /// - Throws: `.jobCancelled`; what keeps a transfer from being made; a fault of the disk that downloads go to.
  func step() throws(WinnowError) {
    try cancellation.check()
    let now = ContinuousClock.now
    if let lastStep, now - lastStep > .milliseconds(100) {
      for run in running.values { run.transfer.pardon(now - lastStep) }
    }
    var deadline = try start(at: now) ?? now + Self.longestWait
    for run in running.values { deadline = min(deadline, run.transfer.nextLook) }
    let before = order.count
    try collect()
    if order.count == before {
      let pause = min(max(deadline - now, .zero), Self.longestWait)
      multi.wait(milliseconds: Int32(pause.milliseconds))
      try collect()
    }
    lastStep = ContinuousClock.now
  }

  private func collect() throws(WinnowError) {
    multi.perform()
    let now = ContinuousClock.now
    while let (easy, code) = multi.nextEnded() {
      if let run = running.removeValue(forKey: easy) { try end(run, code, at: now) }
    }
    for (easy, run) in running where run.transfer.isLost(at: now) {
      running[easy] = nil
      try end(run, CURLE_OPERATION_TIMEDOUT, at: now)
    }
  }

  /// - Returns: When the next of those that wait may start; nil where only the end of another helps.
  private func start(at now: ContinuousClock.Instant) throws(WinnowError) -> ContinuousClock.Instant? {
    var next: ContinuousClock.Instant?
    var kept: [Waiting] = []
    for item in waiting {
      if running.count >= settings.concurrency {
        kept.append(item)
        continue
      }
      let host = Self.host(item.request)
      var verdict = pacing.verdict(for: host, at: now)
      if verdict == .go, let notBefore = item.notBefore, notBefore > now { verdict = .wait(until: notBefore) }
      switch verdict {
      case .go: try launch(item, host, at: now)
      case .givenUp:
        let detail = "\(item.request.address.host) asked for too long a pause"
        finish(item.ticket, .failure(WebFailure(reason: .rateLimited, detail: detail)))
      case .full: kept.append(item)
      case .wait(let until):
        kept.append(item)
        next = min(next ?? until, until)
      }
    }
    waiting = kept
    return next
  }

  private func launch(
    _ item: Waiting, _ host: String, at now: ContinuousClock.Instant
  ) throws(WinnowError) {
    // Behind a proxy the sockets lead to the proxy.
    if settings.proxy != nil, !settings.admits(item.request.address),
      item.request.address.host == "localhost"
        || NetworkAddress(text: item.request.address.host).map({ !$0.isPublic }) ?? false
    {
      let detail = "\(item.request.address.host) is not public"
      return finish(item.ticket, .failure(WebFailure(reason: .addressNotAllowed, detail: detail)))
    }
    let cancellation = cancellation
    let transfer = try Transfer(item.request, settings, at: now) { cancellation.isRequested }
    pacing.started(host, isOwn: settings.admits(item.request.address), at: now)
    running[transfer.easy.raw] = Running(waiting: item, transfer: transfer)
    multi.add(transfer.easy)
  }

  private func end(_ run: Running, _ code: CURLcode, at now: ContinuousClock.Instant) throws(WinnowError) {
    multi.remove(run.transfer.easy)
    try cancellation.check()
    if case .disk(let fault)? = run.transfer.stop { throw fault.about("the folder that pictures are saved in") }
    let outcome = TransferEnd.outcome(of: run.transfer, code)
    let host = Self.host(run.waiting.request)
    guard case .failure(let failure) = outcome else {
      pacing.ended(host, .fine, at: now)
      return finish(run.waiting.ticket, outcome)
    }
    let wish = run.transfer["retry-after"].flatMap { RetryAfter.duration($0, now: .now()) }
    let isOverloaded = failure.reason == .rateLimited || failure.reason == .serverError
    pacing.ended(host, isOverloaded ? .overloaded(retryAfter: wish) : .fine, at: now)
    var item = run.waiting
    item.tries += 1
    guard item.tries < failure.reason.tries else { return finish(item.ticket, outcome) }
    if !isOverloaded { item.notBefore = now + settings.pacing.firstPause }
    waiting.append(item)
  }

  private func finish(_ ticket: Ticket, _ outcome: WebOutcome) {
    ended[ticket] = outcome
    order.append(ticket)
  }

  private static func host(_ request: WebRequest) -> String { "\(request.address.host):\(request.address.port)" }
}
