import Foundation
import FoundationXML
import Testing

@testable import WinnowDrawing

@Suite("Plots")
struct DrawingTests {
  /// Whether a text is well-formed XML, and its rectangles.
  private final class Reader: NSObject, XMLParserDelegate {
    private(set) var counts: [String: Int] = [:]
    private(set) var isWellFormed = false

    init(_ svg: String) {
      super.init()
      let parser = XMLParser(data: Data(svg.utf8))
      parser.delegate = self
      isWellFormed = parser.parse()
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      counts[name, default: 0] += 1
    }
  }

  private static func heatMap(_ count: Int, label: (Int) -> String = { "class \($0)" }) -> String {
    HeatMap("Answers", labels: (0..<count).map(label), rowTitle: "right", columnTitle: "answer") { row, column in
      row == column ? (1, "9") : row + 1 == column ? (0.25, "1") : nil
    }.svg
  }

  @Test(
    "of any number of classes are well-formed, and hold a cell for each pair that occurs",
    arguments: [1, 2, 24, 25, 120, 121, 1000])
  func heatMaps(count: Int) {
    let svg = Self.heatMap(count)
    let reader = Reader(svg)
    #expect(reader.isWellFormed)
    // The ground, the field, and the cells.
    #expect(reader.counts["rect"] == 2 + count + count - 1)
    #expect(svg.contains("class 0") == (count <= 120))
  }

  @Test("take no name of a class for markup, and keep Chinese ones")
  func names() {
    let svg = Self.heatMap(2) { $0 == 0 ? "</text><script>alert(1)</script>" : "向日葵\"'&" }
    #expect(Reader(svg).isWellFormed && !svg.contains("<script") && svg.contains("向日葵"))
  }

  @Test("get darker the more there is")
  func colours() {
    #expect(HeatMap.colour(0) == "#f0f6fc" && HeatMap.colour(1) == "#08306b")
    #expect(HeatMap.colour(-3) == HeatMap.colour(0) && HeatMap.colour(7) == HeatMap.colour(1))
  }

  @Test(
    "have round numbers at their axes",
    arguments: [
      (0.0...1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.0...0.1, [0, 0.02, 0.04, 0.06, 0.08, 0.1]),
      (0.0...500.0, [0, 100, 200, 300, 400, 500]), (1.0...6.0, [1, 2, 3, 4, 5, 6]), (3.0...3.0, [3]),
    ])
  func ticks(range: ClosedRange<Double>, expected: [Double]) {
    let ticks = LineChart.Axis("", range).ticks
    #expect(ticks.count == expected.count && zip(ticks, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(ticks)")
  }

  @Test("of no, one and many points are well-formed", arguments: [0, 1, 500])
  func lines(count: Int) {
    let chart = LineChart(
      "Loss", x: .init("epoch", 0...Double(max(count, 1)), isShare: false), y: .init("loss", 0...3, isShare: false),
      series: [.init("train", colour: LineChart.colours[0], points: (0..<count).map { (Double($0), 1) }, hasDots: true)]
    )
    let reader = Reader(chart.svg)
    #expect(reader.isWellFormed && reader.counts["circle", default: 0] == count)
  }

  @Test("write numbers shortly, and none that are no numbers")
  func numbers() {
    #expect([1, 0.5, 0.25, 12.345, -0.05, 100].map(Drawing.number) == ["1", "0.5", "0.25", "12.35", "-0.05", "100"])
    #expect([Double.nan, .infinity, 1e300].map(Drawing.number) == ["0", "0", "0"])
  }
}
