import FoundationEssentials
import WinnowDrawing
import WinnowEvaluation

/// `report.html`: one file that needs no other and loads nothing.
struct ReportPage {
  struct Shown {
    var name: String
    var right: String
    var answered: String
    var probability: Double
    /// A JPEG.
    var thumbnail: [UInt8]
  }

  /// What another model answers otherwise.
  struct Changed {
    var better: [Shown]
    var worse: [Shown]
  }

  let figures: TestFigures
  let plots: TestPlots
  let mistakes: [Shown]
  let doubtful: [Shown]
  let changed: Changed?
  let warnings: [String]

  var html: String {
    var page = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>\(text(figures.model)) on \(text(figures.folder))</title><style>\(Self.style)</style></head><body>
      <h1>\(text(figures.model))</h1>
      <p>Tested on \(figures.count) pictures of \(text(figures.folder)), \(text(figures.time)).</p>

      """
    for warning in warnings { page += "<p class=\"warning\">\(text(warning))</p>\n" }
    page += "<dl class=\"figures\">\n"
    for (title, value) in summary { page += "<div><dt>\(title)</dt><dd>\(value)</dd></div>\n" }
    page += "</dl>\n<p>Intervals hold the true figure with 95% certainty.</p>\n"
    page += foreign + comparison
    page += "<h2>Thresholds</h2>\n<div class=\"plots\">\(svg("coverage"))\(svg("calibration"))</div>\n" + thresholds
    page += "<h2>What is taken for what</h2>\n<div class=\"plots\">\(svg("confusion_by_class"))</div>\n" + confusions
    page += "<h2>Classes</h2>\n" + classTable
    page += sheet("The surest mistakes", mistakes) + sheet("The most doubtful pictures", doubtful)
    return page + "</body></html>\n"
  }

  private func text(_ text: String) -> String { MarkupText.escaped(text) }

  private func svg(_ name: String) -> String { plots.all.first { $0.name == name }?.svg ?? "" }

  private static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private static func percent(_ estimate: Estimate?) -> String {
    guard let estimate else { return "–" }
    guard let low = estimate.low, let high = estimate.high else { return percent(estimate.value) }
    return "\(percent(estimate.value)) <small>\(percent(low)) to \(percent(high))</small>"
  }

  private var summary: [(String, String)] {
    var rows = [("accuracy", Self.percent(figures.accuracy))]
    if let topFive = figures.topFive { rows.append(("right among the best five", Self.percent(topFive))) }
    rows += [
      ("macro F1", Self.percent(figures.macroF1)), ("weighted F1", Self.percent(figures.weightedF1)),
      ("macro precision", Self.percent(figures.macroPrecision)), ("macro recall", Self.percent(figures.macroRecall)),
      ("calibration error", Self.percent(figures.calibrationError)),
      ("speed", "\(Int(figures.imagesPerSecond.rounded())) pictures a second"),
    ]
    return rows
  }

  /// So that one can choose a threshold: what it sorts, and what of that is wrong.
  private var thresholds: String {
    let targets = [0.005, 0.01, 0.02, 0.05, 0.1]
    let rows = targets.compactMap { target -> String? in
      guard let point = figures.coverage.last(where: { $0.error <= target }) else { return nil }
      return "<tr><td>\(Self.percent(target))</td><td>\(Self.percent(point.threshold))</td>"
        + "<td>\(Self.percent(point.coverage))</td></tr>\n"
    }
    guard !rows.isEmpty else { return "<p>No threshold keeps nine of ten answers right.</p>\n" }
    return "<table><tr><th>at most wrong</th><th>threshold</th><th>sorted by itself</th></tr>\n" + rows.joined()
      + "</table>\n"
  }

  /// How well it tells what it was never taught.
  private var foreign: String {
    var section = ""
    if let familiar = figures.familiar {
      section +=
        "<p>\(Self.percent(familiar)) of these pictures look familiar enough to be sorted; the others go to review, "
        + "however sure the answer is.</p>\n"
    }
    let title = "<h2>What it was never taught</h2>\n"
    guard let foreign = figures.foreign else { return section.isEmpty ? "" : title + section }
    section += "<p>Of \(foreign.count) foreign pictures"
    if let refused = foreign.refused { section += " \(Self.percent(refused)) are refused where it serves;" }
    section += " with 95 in a hundred of its own pictures kept:</p>\n<table><tr><th>told by</th><th>refused</th>"
    section += "<th>area under the curve</th></tr>\n"
    let rows = [("familiarity", foreign.byFamiliarity), ("probability", foreign.byProbability)]
    for case (let name, let separation?) in rows {
      section += "<tr><th scope=\"row\">\(name)</th><td>\(Self.percent(separation.refused))</td>"
      section += "<td>\(Self.percent(separation.auroc))</td></tr>\n"
    }
    return title + section + "</table>\n"
  }

  /// What got better and worse than with the other model.
  private var comparison: String {
    guard let comparison = figures.comparison else { return "" }
    let other = text(comparison.model)
    let difference = comparison.difference
    let interval = difference.low.flatMap { low in difference.high.map { (low, $0) } }
    let isClear = comparison.p < 0.05
    var section = "<h2>Compared with \(other)</h2>\n<p>\(Self.points(difference.value)) points of accuracy"
    if let (low, high) = interval { section += " (\(Self.points(low)) to \(Self.points(high)))" }
    section += " on \(comparison.count) pictures: \(comparison.won) got right, \(comparison.lost) got wrong. "
    section += "By McNemar's exact test p is \(Self.probability(comparison.p))"
    section += (isClear ? "." : ": that may be chance.") + "</p>\n"
    if comparison.left > 0 {
      section += "<p>\(comparison.left) pictures of classes that \(other) does not know are left out.</p>\n"
    }
    let rows = comparison.classes.sorted { ($0.after - $0.before, $0.label) < ($1.after - $1.before, $1.label) }.map {
      "<tr><th scope=\"row\">\(text($0.label))</th><td>\($0.count)</td><td>\(Self.percent($0.before))</td>"
        + "<td>\(Self.percent($0.after))</td><td>\(Self.points($0.after - $0.before))</td></tr>\n"
    }
    section += "<table><tr><th>class</th><th>pictures</th><th>\(other)</th><th>\(text(figures.model))</th>"
    section += "<th>points</th></tr>\n" + rows.joined() + "</table>\n"
    guard let changed else { return section }
    return section + sheet("Got right", changed.better) + sheet("Got wrong", changed.worse)
  }

  /// With its sign.
  private static func points(_ share: Double) -> String {
    let tenths = Int((abs(share) * 1000).rounded())
    return (share < 0 && tenths > 0 ? "−" : "+") + "\(tenths / 10).\(tenths % 10)"
  }

  private static func probability(_ p: Double) -> String {
    let thousandths = Int((p * 1000).rounded())
    guard thousandths < 1000 else { return "1" }
    let digits = String(thousandths)
    return thousandths == 0 ? "less than 0.001" : "0." + String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// The pairs that are confused most.
  private var confusions: String {
    var pairs: [(right: Int, answered: Int, count: Int)] = []
    for (right, row) in figures.confusion.enumerated() {
      for (answered, count) in row.enumerated() where count > 0 && right != answered {
        pairs.append((right, answered, count))
      }
    }
    guard !pairs.isEmpty else { return "<p>Nothing: every answer is right.</p>\n" }
    let rows = pairs.sorted { ($1.count, $0.right, $0.answered) < ($0.count, $1.right, $1.answered) }.prefix(10).map {
      "<tr><td>\(text(figures.classes[$0.right].label))</td><td>\(text(figures.classes[$0.answered].label))</td>"
        + "<td>\($0.count)</td></tr>\n"
    }
    return "<table><tr><th>right class</th><th>answer</th><th>pictures</th></tr>\n" + rows.joined() + "</table>\n"
  }

  private var classTable: String {
    let rows = figures.classes.map { entry in
      "<tr\(entry.isSmall ? " class=\"small\"" : "")><th scope=\"row\">\(text(entry.label))</th><td>\(entry.count)</td>"
        + "<td>\(Self.percent(entry.precision))</td><td>\(Self.percent(entry.recall))</td>"
        + "<td>\(Self.percent(entry.f1))</td></tr>\n"
    }
    let note =
      figures.classes.contains(where: \.isSmall)
      ? "<p>Pale: fewer than \(TestFigures.fewPictures) pictures, so that the figures say little.</p>\n" : ""
    return "<table><tr><th>class</th><th>pictures</th><th>precision</th><th>recall</th><th>F1</th></tr>\n"
      + rows.joined() + "</table>\n" + note
  }

  private func sheet(_ title: String, _ pictures: [Shown]) -> String {
    guard !pictures.isEmpty else { return "" }
    let items = pictures.map { picture in
      let image =
        picture.thumbnail.isEmpty
        ? "" : "<img alt=\"\" src=\"data:image/jpeg;base64,\(Data(picture.thumbnail).base64EncodedString())\">"
      return "<figure>\(image)<figcaption>\(text(picture.answered)) at \(Self.percent(picture.probability))"
        + (picture.right == picture.answered ? "" : ", is \(text(picture.right))")
        + "<br><small>\(text(picture.name))</small></figcaption></figure>\n"
    }
    return "<h2>\(title)</h2>\n<div class=\"sheet\">\n\(items.joined())</div>\n"
  }

  private static let style = """
    body{font:16px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}
    table{border-collapse:collapse;margin:.5rem 0}th,td{text-align:left;padding:.25rem .9rem .25rem 0;\
    border-bottom:1px solid #d0d7de}th{font-weight:600}th[scope]{font-weight:400}small{color:#57606a}
    .figures{display:flex;flex-wrap:wrap;gap:.8rem 2rem}.figures dt{color:#57606a;font-size:.85rem}\
    .figures dd{margin:0;font-size:1.15rem}.plots{display:flex;flex-wrap:wrap;gap:1rem}.plots svg{max-width:100%;height:auto}
    .small th,.small td{color:#8b949e}.warning{background:#fff8c5;padding:.5rem .8rem;border-radius:.4rem}
    .sheet{display:flex;flex-wrap:wrap;gap:.8rem}figure{margin:0;width:10rem;overflow-wrap:anywhere;font-size:.9rem}\
    img{max-width:10rem;max-height:10rem;border-radius:.3rem}
    """
}
