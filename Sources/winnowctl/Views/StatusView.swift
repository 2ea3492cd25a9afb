import WinnowControlAPI
import WinnowCore

extension StatusReply: Viewable {
  func describe(in view: inout View) {
    let colour: Terminal.Colour =
      switch state {
      case .ready: .good
      case .paused: .warning
      case .degraded: .bad
      }
    view.pairs([
      ("state", Cell(state.rawValue, colour)),
      ("version", Cell(version)),
      ("since", Cell(started.rfc3339)),
      ("worker", Cell(worker.description)),
      ("memory", Cell(Self.mebibytes(memory.rss) + (memory.worker.map { ", worker " + Self.mebibytes($0) } ?? ""))),
      ("corrections", Cell(String(corrections))),
    ])
    for condition in conditions {
      view.line("")
      view.line("\(condition.code): \(condition.text)", condition.severity == .error ? .bad : .warning)
      view.line("  → \(condition.remedy)")
    }
    if !inboxes.isEmpty { view.line("") }
    view.table(
      [
        "INBOX", "STATE", "SOURCE", "SEEN", "SETTLING", "SORTED", "REVIEW", "QUARANTINED", "LEFT", "FAILED", "MODEL",
        "PATH",
      ],
      inboxes.map { inbox in
        let counts = inbox.counts
        return [
          Cell(inbox.name), Cell(inbox.state.rawValue, inbox.state.colour),
          Cell(inbox.source.rawValue), Cell(counts.seen), Cell(counts.settling), Cell(counts.sorted),
          Cell(counts.review), Cell(counts.quarantined), Cell(counts.left), Cell(counts.failed), Cell(inbox.model),
          Cell(inbox.path),
        ]
      })
    for inbox in inboxes {
      for note in inbox.notes { view.line("\(inbox.name): \(note)", .quiet) }
      if let health = inbox.health, let sentence = health.sentence { view.line("\(inbox.name): \(sentence)", .quiet) }
      if let error = inbox.error { view.line("\(inbox.name): \(error.sentence)", .quiet) }
    }
    if let hooks {
      view.line("")
      view.table(
        ["HOOK", "WAITING", "ASIDE", "DELIVERED", "LAST ERROR"],
        hooks.map { hook in
          [
            Cell(hook.target.rawValue), Cell(Int(hook.waiting)), Cell(Int(hook.aside)), Cell(Int(hook.delivered)),
            Cell(hook.lastError ?? ""),
          ]
        })
    }
    if !models.isEmpty { view.line("") }
    ModelListReply(models: models).describe(in: &view)
  }

  private static func mebibytes(_ bytes: Int64) -> String { "\((bytes + (1 << 19)) >> 20) MiB" }
}

extension InboxStatus.State {
  fileprivate var colour: Terminal.Colour {
    switch self {
    case .watching: .good
    case .resting: .quiet
    case .paused, .away, .stopped: .warning
    }
  }
}

extension WorkerStatus {
  fileprivate var description: String {
    var parts = [state.rawValue]
    if let device { parts.append(device) }
    if let precision { parts.append(precision) }
    if restarts > 0 { parts.append(restarts == 1 ? "restarted once" : "restarted \(restarts) times") }
    return parts.joined(separator: ", ")
  }
}

extension WatchEvent: Listable {
  static var widths: [Int] { [24, 17, 10, 16, 6] }

  var cells: [Cell] {
    let paths = [file ?? from, to].compactMap(\.self)
    let place = paths.count == 2 && paths[0] == paths[1] ? [from, to].compactMap(\.self) : paths
    let rest =
      place.isEmpty
      ? [job.map { "job \($0)" }, reason].compactMap(\.self).joined(separator: ": ")
      : place.map(\.escaped).joined(separator: " → ") + (reason.map { "  (\($0))" } ?? "")
    return [
      Cell(time.rfc3339, .quiet), Cell(event.rawValue, event.colour), Cell(inbox ?? ""), Cell(`class` ?? ""),
      Cell(probability: probability), Cell(rest),
    ]
  }
}

extension WatchEvent.Kind {
  fileprivate var colour: Terminal.Colour? {
    switch self {
    case .sorted, .corrected, .conditionCleared: .good
    case .review, .left, .undone, .changed: .warning
    case .quarantined, .failed, .conditionRaised: .bad
    case .settling, .job: .quiet
    }
  }
}

extension WaitReply: Viewable {
  func describe(in view: inout View) {
    guard !idle else { return view.line("nothing is left to do", .good) }
    view.line("still waiting:", .warning)
    view.table(["FILE", "REASON"], waiting.map { [Cell($0.file), Cell($0.reason)] })
    if more > 0 { view.line("and \(more) more") }
  }
}

extension InboxHealth {
  /// What a person should know of it; nil where nothing happens and all is well.
  fileprivate var sentence: String? {
    var parts: [String] = []
    if arrived.hour > 0 || decided.hour > 0 {
      parts.append("\(arrived.hour) files came and \(decided.hour) were decided about in the last hour")
    }
    if let oldest, let oldestSeconds, oldestSeconds >= 60 {
      parts.append("\(oldest.escaped) has waited for \(oldestSeconds / 60) min")
    }
    if overflows > 0 { parts.append("events were lost \(overflows) times, and the folder read through") }
    if isHeard == false { parts.append("no event came of the file that doctor made") }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}

extension InboxError {
  /// What is known of its errors, in words.
  fileprivate var sentence: String {
    var parts: [String] = []
    if let promised { parts.append("at most \(Cell.percent(promised)) wrong is promised") }
    if let observed {
      parts.append(
        "\(observed.wrong) of \(observed.lookedAt) in a random sample were wrong (\(Cell.percent(observed.low)) to "
          + "\(Cell.percent(observed.high)))")
    } else {
      parts.append("how often it is wrong, `winnowctl review --sample 100 --each` tells")
    }
    if corrected > 0 { parts.append("people moved \(corrected) elsewhere") }
    return parts.joined(separator: "; ")
  }
}
