import Dispatch
import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowPipeline
import WinnowSupervision

/// Everybody who is told of what happens to pictures. On a queue of its own, so that no decision and no move waits for
/// it; winnow-lab does the telling.
///
/// `@unchecked Sendable`: everything but the constants is touched on `queue` alone.
final class Hooks: @unchecked Sendable {
  private let queue = DispatchQueue(label: "winnow.hooks")
  private let ledger: Ledger
  private let report: @Sendable (HealthCondition, Bool) -> Void
  private var deliveries: [HookDelivery] = []
  /// How many tries in a row each condition told of last.
  private var told: [HookTarget: Int] = [:]

  /// - Parameter report: called on `queue` with conditions and whether they hold.
  init(
    ledger: Ledger, programs: ProgramLocation, library: FilePath, journal: @escaping @Sendable (JournalLine) -> Void,
    report: @escaping @Sendable (HealthCondition, Bool) -> Void
  ) {
    self.ledger = ledger
    self.report = report
    for target in HookTarget.allCases {
      deliveries.append(
        HookDelivery(
          target,
          HookDelivery.Surroundings(
            queue: queue, ledger: ledger, programs: programs, library: library, journal: journal,
            changed: { [weak self] in self?.changed(target) })))
    }
    ledger.onNewEvents { [weak self] in self?.wake() }
  }

  /// From now on these are told; the ledger puts events aside for them.
  func configure(_ addresses: [HookTarget: HookAddress]) {
    ledger.tell(Set(addresses.keys))
    queue.async { [self] in
      for delivery in deliveries {
        delivery.configure(addresses[delivery.target])
        changed(delivery.target)
      }
    }
  }

  private func wake() {
    queue.async { [self] in
      for delivery in deliveries { delivery.wake() }
    }
  }

  /// For people: those that are configured.
  func status() -> [HookStatus] {
    queue.sync {
      deliveries.filter(\.isConfigured).map { delivery in
        let count = (try? ledger.outboxCount(of: delivery.target)) ?? OutboxCount()
        return HookStatus(
          target: delivery.target, waiting: count.waiting, aside: count.aside, delivered: delivery.deliveredCount,
          failures: delivery.failureCount, oldest: count.oldest, failingSince: delivery.failingSince,
          lastError: delivery.lastError)
      }
    }
  }

  /// Ends what is under way; `whenStopped` is called on the hooks' queue.
  func stop(_ whenStopped: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      var left = deliveries.count
      for delivery in deliveries {
        delivery.stop {
          left -= 1
          if left == 0 { whenStopped() }
        }
      }
    }
  }

  // MARK: - Conditions

  private func changed(_ target: HookTarget) {
    guard let delivery = deliveries.first(where: { $0.target == target }) else { return }
    let count = (try? ledger.outboxCount(of: target)) ?? OutboxCount()
    tellOfFailure(delivery, count)
    let aside = deliveries.filter(\.isConfigured).reduce(0) { sum, delivery in
      sum + ((try? ledger.outboxCount(of: delivery.target).aside) ?? 0)
    }
    report(
      HealthCondition(
        .hookEventsAside, "\(aside) events were refused again and again while others were taken, and were set aside",
        remedy: "see the journal for which and why; they are tried once more with `winnowctl reload`", degrades: false),
      aside > 0)
  }

  private func tellOfFailure(_ delivery: HookDelivery, _ count: OutboxCount) {
    let code: HealthCondition.Code = delivery.target == .program ? .hookFailing : .webhookFailing
    let isLate = count.oldest.map { Timestamp.now().nanoseconds - $0.nanoseconds > 3_600_000_000_000 } ?? false
    guard delivery.isConfigured, delivery.isFailing || isLate else {
      told[delivery.target] = nil
      return report(HealthCondition(code, "", remedy: "", degrades: false), false)
    }
    // Once for each doubling, or the journal would fill with it.
    let tries = max(1, delivery.tries)
    if let last = told[delivery.target], tries >= last, tries < last * 2 { return }
    told[delivery.target] = tries
    let what =
      delivery.isFailing
      ? "\(delivery.name) fails: \(delivery.lastError ?? "")" : "\(delivery.name) takes events too slowly"
    let since = (delivery.failingSince ?? count.oldest).map { ", since \($0.rfc3339)" } ?? ""
    report(
      HealthCondition(
        code, "\(what); \(count.waiting) events waited at try \(tries)\(since)",
        remedy: delivery.target == .program
          ? "run it by hand with an event on its standard input, and correct it; nothing is lost meanwhile"
          : "see to it that somebody answers at the address; nothing is lost meanwhile", degrades: false), true)
  }
}
