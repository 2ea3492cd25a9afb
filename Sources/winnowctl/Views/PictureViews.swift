import SystemPackage
import WinnowControlAPI
import WinnowCore

extension ClassifyOutcome: Listable {
  static var widths: [Int] { [28, 6, 20] }

  var cells: [Cell] {
    switch self {
    case .classified(let reply):
      return [Cell(reply.class, .good), Cell(probability: reply.probability), Cell(reply.model), Cell(reply.file)]
    case .refused(let file, let error):
      return [Cell("error", .bad), Cell(""), Cell(error.code.rawValue), Cell(file.escaped + ": " + error.message)]
    }
  }
}

extension PreviewReply: Viewable {
  func describe(in view: inout View) {
    view.pairs([
      ("inbox", Cell(inbox)), ("outcome", Cell(outcome.rawValue, outcome.colour)),
      ("would go to", destination.map { Cell($0) } ?? Cell("nowhere: it stays", .quiet)),
      ("by", Cell(action.rawValue)), ("reason", Cell(reason)), ("model", Cell(model)),
      ("taken", taken.map { Cell($0.rfc3339) } ?? Cell("not said; the file's own time counts", .quiet)),
      ("camera", camera.map { Cell($0) } ?? Cell("not said", .quiet)),
    ])
  }
}

extension HistoryRow: Listable {
  static var widths: [Int] { [24, 11, 16, 6, 12] }

  var cells: [Cell] {
    let arrow = action.map { " → \($0.rawValue) " } ?? " → "
    let places = [from ?? file, to].compactMap(\.self).map(\.escaped).joined(separator: arrow)
    return [
      Cell(time.rfc3339, .quiet), Cell(outcome.rawValue, outcome.colour), Cell(`class` ?? ""),
      Cell(probability: probability), Cell(model ?? ""),
      Cell("\(places)  (\(reason)\(by.map { "; by \($0)" } ?? ""))"),
    ]
  }
}

extension HistoryOutcome {
  var colour: Terminal.Colour {
    switch self {
    case .sorted, .corrected: .good
    case .review, .left, .undone: .warning
    case .quarantined, .failed: .bad
    }
  }
}

extension ReviewRow: Listable {
  static var widths: [Int] { [6, 16, 6, 16, 6, 12] }

  var cells: [Cell] {
    let second = top.dropFirst().first
    return [
      Cell(number), Cell(label ?? `class` ?? "?", label == nil ? .warning : .good), Cell(probability: probability),
      Cell(second?.class ?? "", .quiet), Cell(probability: second?.probability), Cell(inbox),
      Cell("\(file.escaped)  (\(reason)\(by.map { "; by \($0)" } ?? ""))"),
    ]
  }
}

extension ReviewReply: Viewable {
  func describe(in view: inout View) {
    if placed.isEmpty, refused.isEmpty { view.line("there is nothing to place") }
    view.table(["CLASS", "FILE", "NOW"], placed.map { [Cell($0.class, .good), Cell($0.file), Cell($0.to)] })
    view.refusals(refused)
    if let run { view.line("run \(run)", .quiet) }
  }
}

extension ReviewSkipReply: Viewable {
  func describe(in view: inout View) {
    view.line("\(skipped) \(skipped == 1 ? "picture stays" : "pictures stay") in review, and out of the list")
    view.refusals(refused)
  }
}

extension UndoReply: Viewable {
  func describe(in view: inout View) {
    view.line("\(done) \(done == 1 ? "picture" : "pictures")" + (run.map { ", run \($0)" } ?? ""), .good)
    view.refusals(refused)
  }
}

extension ReplayReply: Viewable {
  func describe(in view: inout View) {
    view.line("\(done) \(done == 1 ? "picture" : "pictures")" + (run.map { ", run \($0)" } ?? ""), .good)
    view.table(["PICTURES", "FOLDER"], folders.map { [Cell("\($0.count)"), Cell($0.folder)] })
    view.refusals(refused)
  }
}

extension VerifyReply: Viewable {
  func describe(in view: inout View) {
    view.line("\(checked) checked", changed.isEmpty && missing.isEmpty ? .good : .bad)
    view.table(
      ["STATE", "FILE"],
      changed.map { [Cell("changed", .bad), Cell($0)] } + missing.map { [Cell("missing", .bad), Cell($0)] })
  }
}

extension View {
  /// What was left alone, and why.
  mutating func refusals(_ refused: [FileReason]) {
    if !refused.isEmpty { line("left alone:", .warning) }
    table(["FILE", "REASON"], refused.map { [Cell($0.file), Cell($0.reason)] })
  }
}
