import WinnowConfig
import WinnowControlAPI
import WinnowCore

extension PauseReply: Viewable {
  func describe(in view: inout View) {
    view.line(paused.isEmpty ? "nothing is paused" : "paused: " + paused.joined(separator: ", "), .good)
  }
}

extension RescanReply: Viewable {
  func describe(in view: inout View) {
    view.line("scanning " + (inboxes.isEmpty ? "nothing: there is no inbox" : inboxes.joined(separator: ", ")))
    if released > 0 { view.line("\(released) held files are taken up again") }
  }
}

extension ReloadReply: Viewable {
  func describe(in view: inout View) {
    view.line(changes.isEmpty ? "nothing changed" : "in force:", .good)
    for change in changes { view.line("  \(change)") }
    for warning in warnings { view.line(warning, .warning) }
  }
}

extension WebReply: Viewable {
  func describe(in view: inout View) { view.line(url) }
}

extension DoctorReply: Viewable {
  func describe(in view: inout View) {
    for check in checks {
      let (mark, colour): (String, Terminal.Colour) =
        switch check.state {
        case .ok: ("ok       ", .good)
        case .warning: ("warning  ", .warning)
        case .failed: ("failed   ", .bad)
        }
      view.line(mark + (check.inbox.map { "\($0): " } ?? "") + check.text, colour)
      if let remedy = check.remedy { view.line("         → \(remedy)") }
    }
  }
}

extension InboxListReply: Viewable {
  func describe(in view: inout View) {
    view.table(
      ["NAME", "MODEL", "THRESHOLD", "ACTION", "FROM", "PATH", "OUTPUT"],
      inboxes.map { inbox in
        [
          Cell(inbox.name), Cell(inbox.model), Cell(inbox.threshold), Cell(inbox.action), Cell(inbox.origin.rawValue),
          Cell(inbox.path), Cell(inbox.output),
        ]
      })
  }
}

extension InboxEntry: Viewable {
  func describe(in view: inout View) { InboxListReply(inboxes: [self]).describe(in: &view) }
}

extension InboxRemoveReply: Viewable {
  func describe(in view: inout View) { view.line("\(removed) is no longer watched; its files stay", .good) }
}

extension ConfigReply: Viewable {
  func describe(in view: inout View) {
    view.table(
      ["KEY", "VALUE", "SOURCE"],
      settings.map { [Cell($0.key), Cell($0.value ?? "", .strong), Cell($0.source, .quiet)] })
  }
}

extension ConfigCheckReport: Viewable {
  func describe(in view: inout View) {
    for problem in problems { view.line("\(problem)", .bad) }
    for warning in warnings { view.line("\(warning)", .warning) }
    if ok { view.line("\(file.escaped) can be used", .good) }
  }
}

extension VersionReport: Viewable {
  func describe(in view: inout View) {
    view.pairs([("winnowctl", Cell(version)), ("winnowd", Cell(daemon ?? "does not answer"))])
  }
}
