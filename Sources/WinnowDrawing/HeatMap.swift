/// Numbers of a square table as colours: rows from the top, columns from the left.
public struct HeatMap {
  /// Beyond so many labels each is too small to be read, and ticks count instead; chosen.
  private static let mostLabels = 120
  /// Pixels; smaller ones are lost to the eye.
  private static let smallestCell = 2.4
  /// Up to so many the numbers stand in the cells.
  private static let mostNumbers = 24

  public var title: String
  public var labels: [String]
  public var rowTitle: String
  public var columnTitle: String
  /// Colour of a cell, 0 to 1, and the number in it; nil draws nothing.
  public var cell: (_ row: Int, _ column: Int) -> (share: Double, text: String)?

  public init(
    _ title: String, labels: [String], rowTitle: String, columnTitle: String,
    cell: @escaping (_ row: Int, _ column: Int) -> (share: Double, text: String)?
  ) {
    self.title = title
    self.labels = labels
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.cell = cell
  }

  public var svg: String {
    let count = labels.count
    let side = min(max(760 / Double(max(count, 1)), 0.8), 56)
    let field = side * Double(count)
    let hasLabels = count <= Self.mostLabels
    let letters = min(labels.map(\.count).max() ?? 0, 24)
    let textSize = min(12, max(5, side * 0.8))
    let margin = hasLabels ? 34 + Double(letters) * textSize * 0.62 : 60
    let top = 56.0
    var drawing = Drawing(
      width: max(margin + field + 24, 320), height: top + field + margin, title: title)
    drawing.text(title, 16, 24, size: 15)
    drawing.text(rowTitle, 16, top + field / 2, anchor: .middle, turned: true)
    drawing.text(columnTitle, margin + field / 2, top - 10, anchor: .middle)
    drawing.rectangle(margin, top, field, field, fill: "#f6f8fa")
    for row in 0..<count {
      for column in 0..<count {
        guard let (share, text) = cell(row, column) else { continue }
        let (x, y) = (margin + Double(column) * side, top + Double(row) * side)
        // One among a thousand is to be seen too.
        let size = max(side, Self.smallestCell)
        drawing.rectangle(
          x, y, size, size, fill: Self.colour(hasLabels ? share : 0.4 + 0.6 * share),
          title: count <= Self.mostLabels ? "\(labels[row]) → \(labels[column]): \(text)" : nil)
        if count <= Self.mostNumbers {
          drawing.text(
            text, x + side / 2, y + side / 2 + textSize * 0.35, size: textSize, anchor: .middle,
            colour: share > 0.5 ? "#ffffff" : Drawing.ink)
        }
      }
    }
    if hasLabels {
      for (index, label) in labels.enumerated() {
        let middle = (Double(index) + 0.5) * side
        let short = label.count > letters ? String(label.prefix(letters - 1)) + "…" : label
        drawing.text(short, margin - 6, top + middle + textSize * 0.35, size: textSize, anchor: .end)
        drawing.text(
          short, margin + middle + textSize * 0.35, top + field + 8, size: textSize, anchor: .end, turned: true)
      }
    } else {
      for index in stride(from: 0, through: count, by: 100) {
        let at = Double(index) * side
        drawing.text("\(index)", margin - 6, top + at + 4, size: 10, anchor: .end, colour: Drawing.quiet)
        drawing.text("\(index)", margin + at, top + field + 16, size: 10, anchor: .middle, colour: Drawing.quiet)
      }
    }
    return drawing.svg
  }

  /// From light to dark blue, evenly for the eye.
  static func colour(_ share: Double) -> String {
    let stops: [(Double, Double, Double)] = [(240, 246, 252), (158, 202, 225), (49, 130, 189), (8, 48, 107)]
    let position = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let rest = position - Double(index)
    func mixed(_ a: Double, _ b: Double) -> String {
      let value = String(Int((a + (b - a) * rest).rounded()), radix: 16)
      return value.count < 2 ? "0" + value : value
    }
    let (from, to) = (stops[index], stops[index + 1])
    return "#" + mixed(from.0, to.0) + mixed(from.1, to.1) + mixed(from.2, to.2)
  }
}
