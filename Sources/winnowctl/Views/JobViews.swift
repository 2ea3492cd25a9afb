import WinnowControlAPI
import WinnowCore

extension JobListReply: Viewable {
  func describe(in view: inout View) {
    view.table(
      ["JOB", "KIND", "STATE", "PROGRESS", "CREATED", "BY"],
      jobs.map { job in
        [
          Cell(job.id), Cell(job.kind), Cell(job.state.rawValue, job.state.colour), Cell(probability: job.progress),
          Cell(job.created.rfc3339), Cell(job.by ?? ""),
        ]
      })
  }
}

extension Job: Viewable {
  func describe(in view: inout View) {
    view.pairs([
      ("job", Cell(id, .strong)), ("kind", Cell(kind)), ("state", Cell(state.rawValue, state.colour)),
      ("progress", Cell(Cell.percent(progress))), ("created", Cell(created.rfc3339)),
      ("started", Cell(started?.rfc3339 ?? "")), ("finished", Cell(finished?.rfc3339 ?? "")), ("by", Cell(by ?? "")),
    ])
    if let error { view.line(error.message + (error.remedy.map { "; \($0)" } ?? ""), .bad) }
    guard case .object(let fields)? = result else { return }
    let rows = fields.filter { $0.key != "planned" }.sorted { $0.key < $1.key }
    view.pairs(rows.map { ($0.key, Cell("\($0.value)")) })
    if case .array(let planned)? = fields["planned"] {
      view.table(
        ["FROM", "TO", "CLASS"],
        planned.map { row in
          [Cell("\(row["from"] ?? "")"), Cell("\(row["to"] ?? "")"), Cell("\(row["class"] ?? "")")]
        })
    }
  }
}

extension JobRecord: Listable {
  static var widths: [Int] { [8, 12, 7] }

  var cells: [Cell] {
    [
      Cell(id), Cell(state.rawValue, state.colour), Cell(probability: progress),
      Cell(error?.message ?? text ?? result?.description ?? ""),
    ]
  }
}

extension Job.State {
  fileprivate var colour: Terminal.Colour {
    switch self {
    case .done: .good
    case .queued, .running: .quiet
    case .cancelled, .interrupted: .warning
    case .failed: .bad
    }
  }
}
