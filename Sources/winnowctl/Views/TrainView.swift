import WinnowControlAPI

extension TrainReply: Viewable {
  func describe(in view: inout View) {
    view.line("\(model)@\(version) is trained: \(promotion)", .good)
    var rows: [(String, Cell)] = [
      ("classes", Cell("\(classes.count)")), ("taught", Cell("\(pictures.taught) pictures")),
    ]
    if pictures.tested > 0 { rows.append(("tested", Cell("\(pictures.tested) pictures"))) }
    if !pictures.leftOut.isEmpty {
      let reasons = pictures.leftOut.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      rows.append(("left out", Cell(reasons.joined(separator: ", "))))
    }
    for (name, title) in [
      ("accuracy", "accuracy"), ("macro_f1", "macro F1"), ("out_of_fold_accuracy", "out of fold"),
      ("validation_accuracy", "validation"), ("head_validation_accuracy", "head there"),
      ("finetune_validation_accuracy", "network there"),
    ] {
      guard let figure = metrics[name] else { continue }
      let range = figure.low.flatMap { low in figure.high.map { " (\(Cell.percent(low)) to \(Cell.percent($0)))" } }
      rows.append((title, Cell(Cell.percent(figure.value) + (range ?? ""))))
    }
    rows.append(("method", Cell(method)))
    rows.append(("backbone", Cell(backbone)))
    rows.append(("seconds", Cell(String(Int(seconds.rounded())))))
    if let report { rows.append(("report", Cell(report))) }
    view.pairs(rows)
    int8?.describe(in: &view)
    for warning in warnings { view.line(warning, .warning) }
  }
}
