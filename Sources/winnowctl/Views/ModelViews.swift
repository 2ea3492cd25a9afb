import WinnowControlAPI
import WinnowCore

extension ModelListReply: Viewable {
  func describe(in view: inout View) {
    view.table(
      ["MODEL", "VERSION", "LIVE", "PRECISION"],
      models.map { model in
        [
          Cell(model.name), Cell(model.version), Cell(model.current ? "yes" : "", .good),
          Cell(model.precision.joined(separator: ", ")),
        ]
      })
  }
}

extension ModelDetails: Viewable {
  func describe(in view: inout View) {
    func numbers(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    view.pairs([
      ("model", Cell("\(name)@\(version)", .strong)),
      ("live", Cell(current ? "yes" : "no")),
      ("versions", Cell(versions.map(String.init).joined(separator: ", "))),
      ("precision", Cell(precision.joined(separator: ", "))),
      ("int8", Cell(int8 ?? "none")),
      ("created", Cell(created.rfc3339)),
      ("parent", Cell(parent ?? "none")),
      ("input", Cell("\(input.width) × \(input.height), shorter side to \(input.resize), \(input.interpolation)")),
      ("mean", Cell(numbers(input.mean))),
      ("std", Cell(numbers(input.std))),
      ("parameters", Cell(String(parameters))),
      ("temperature", Cell("\(temperature)")),
      ("digest", Cell(digest)),
      ("classes", Cell(String(classes.count))),
    ])
    for warning in warnings { view.line(warning, .warning) }
    view.line(classes.joined(separator: ", "), .quiet)
  }
}

extension ModelChangeReply: Viewable {
  func describe(in view: inout View) {
    view.line(
      "\(model)@\(version)" + (current ? " is live" : "") + (previous.map { ", before it @\($0)" } ?? ""), .good)
    for warning in warnings { view.line(warning, .warning) }
    int8?.describe(in: &view)
  }
}

extension QuantizeReply: Viewable {
  func describe(in view: inout View) {
    view.line(reason, version == nil ? .warning : .good)
    if let version {
      let name = model.prefix { $0 != "@" }
      view.line("\(name)@\(version) " + (current ? "is live" : "is not live; promote it"), .good)
    }
    var rows: [(String, Cell)] = []
    if let comparison {
      rows.append(("compared", Cell("\(comparison.pictures) pictures, \(comparison.labelled) of them labelled")))
      rows.append(("same class", Cell(Cell.percent(comparison.agreement))))
      if let sure = comparison.sureAgreement { rows.append(("same where sure", Cell(Cell.percent(sure)))) }
      if let full = comparison.fullAccuracy, let int8 = comparison.int8Accuracy {
        rows.append(("right", Cell("\(Cell.percent(int8)) in int8, \(Cell.percent(full)) before")))
      }
    }
    if let speed {
      let (int8, full) = (Int(speed.int8.rounded()), Int(speed.full.rounded()))
      rows.append(("engine alone", Cell("\(int8) pictures a second in int8, \(full) at \(speed.fullPrecision)")))
    }
    if !rows.isEmpty { view.pairs(rows) }
    for warning in warnings { view.line(warning, .warning) }
  }
}

extension ModelSummaryReply: Viewable {
  func describe(in view: inout View) {
    view.table(
      ["LAYER", "OPERATOR", "OUTPUT", "PARAMETERS", "MACS"],
      layers.map { layer in
        let shape = layer.output.map { $0 < 0 ? "N" : String($0) }.joined(separator: "×")
        return [Cell(layer.name), Cell(layer.op), Cell(shape), Cell(layer.parameters), Cell(layer.macs)]
      })
    view.pairs([
      ("parameters", Cell(String(parameters))), ("macs", Cell(String(macs))), ("flops", Cell(String(flops))),
    ])
  }
}

extension ModelFlopsReply: Viewable {
  func describe(in view: inout View) {
    view.pairs([
      ("model", Cell(model, .strong)), ("parameters", Cell(String(parameters))), ("macs", Cell(String(macs))),
      ("flops", Cell(String(flops))),
    ])
  }
}

extension ModelExportReply: Viewable {
  func describe(in view: inout View) { view.line("\(model) is in \(file.escaped), \(bytes) bytes", .good) }
}
