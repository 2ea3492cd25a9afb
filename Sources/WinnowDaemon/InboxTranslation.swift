import SystemPackage
import WinnowConfig
import WinnowCore
import WinnowPipeline

extension InboxConfiguration {
  /// Every folder the inbox uses.
  var roots: [FilePath] { [path, output, review, quarantine] + (none.map { [$0] } ?? []) }
}

extension InboxSettings {
  /// An inbox of the configuration as the pipeline needs it.
  init(_ inbox: InboxConfiguration) {
    let (threshold, promisedError): (Double, Double?) =
      switch inbox.threshold {
      case .fixed(let share): (share, nil)
      case .auto(let error): (1, error)
      }
    let polling: Polling =
      switch inbox.poll {
      case .auto: .auto
      case .never: .never
      case .always: .every(.seconds(10))
      case .every(let pause): .every(pause)
      }
    let duplicates: DuplicateRule =
      switch inbox.duplicates {
      case .keep: .keep
      case .separate: .separate
      case .leave: .leave
      }
    self.init(
      name: inbox.name, path: inbox.path, output: inbox.output, review: inbox.review, quarantine: inbox.quarantine,
      none: inbox.none, model: inbox.model,
      policy: RoutingPolicy(threshold: threshold, template: inbox.template, hasNoneFolder: inbox.none != nil),
      promisedError: promisedError,
      settling: SettleTracker.Rules(
        settle: inbox.settle, busyAfter: inbox.busyAfter, incompleteAfter: inbox.incompleteAfter),
      recursive: inbox.recursive, duplicates: duplicates, ignored: IgnoredNames(patterns: inbox.ignore),
      polling: polling, placeholder: inbox.unsafePlaceholder ? .allowed : .forbidden)
    isShadow = inbox.mode == .shadow
    action = inbox.action
    rights = inbox.rights
    groupWait = inbox.groupWait
    hours = inbox.hours
    burstGap = inbox.bursts == .together ? inbox.burstGap : nil
    sortsUnfamiliar = inbox.unfamiliar == .sort
  }
}
