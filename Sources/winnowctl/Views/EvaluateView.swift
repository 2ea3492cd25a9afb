import SystemPackage
import WinnowControlAPI
import WinnowCore

extension EvaluateReply: Viewable {
  func describe(in view: inout View) {
    func share(_ figure: TrainReply.Figure) -> Cell {
      guard let low = figure.low, let high = figure.high else { return Cell(Cell.percent(figure.value)) }
      return Cell("\(Cell.percent(figure.value)) (\(Cell.percent(low)) to \(Cell.percent(high)))")
    }
    view.pairs([
      ("model", Cell(model, .strong)), ("pictures", Cell("\(pictures)")), ("accuracy", share(accuracy)),
      ("macro F1", share(macroF1)), ("calibration error", Cell(Cell.percent(calibrationError))),
      ("speed", Cell("\(Int(imagesPerSecond.rounded())) pictures a second")),
      ("report", Cell(output.appending("report.html").escaped)),
    ])
    if let comparison { view.line(comparison.sentence) }
    for warning in warnings { view.line(warning, .warning) }
  }
}

extension EvaluateReply.Comparison {
  fileprivate var sentence: String {
    func points(_ share: Double) -> String {
      let tenths = Int((abs(share) * 1000).rounded())
      return (share < 0 && tenths > 0 ? "-" : "+") + "\(tenths / 10).\(tenths % 10)"
    }
    var text = "against \(Terminal.safe(model)): \(points(difference.value)) points of accuracy"
    if let low = difference.low, let high = difference.high { text += " (\(points(low)) to \(points(high)))" }
    text += " on \(pictures) pictures, \(won) got right, \(lost) got wrong"
    return text + (p < 0.05 ? "" : "; that may be chance")
  }
}
