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
    for warning in warnings { view.line(warning, .warning) }
  }
}
