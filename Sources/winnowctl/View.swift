import SystemPackage
import WinnowCore

/// A piece of text in a table.
struct Cell: Hashable, Sendable {
  var text: String
  var colour: Terminal.Colour?
  var isNumber = false

  init(_ text: String, _ colour: Terminal.Colour? = nil) {
    self.text = Terminal.safe(text)
    self.colour = colour
  }

  init(_ number: some BinaryInteger) {
    text = String(number)
    isNumber = true
  }

  /// A path that the user can type again.
  init(_ path: FilePath) { text = path.escaped }

  /// A share as a percentage.
  init(probability: Double?) {
    text = probability.map(Self.percent) ?? ""
    isNumber = true
  }

  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }
}

/// What a document looks like for people, apart from what it is in JSON.
struct View {
  enum Block {
    case line(Cell)
    /// Names with values.
    case pairs([(name: String, value: Cell)])
    case table(columns: [String], rows: [[Cell]])
  }

  var blocks: [Block] = []

  mutating func line(_ text: String, _ colour: Terminal.Colour? = nil) { blocks.append(.line(Cell(text, colour))) }

  mutating func pairs(_ pairs: [(String, Cell)]) { blocks.append(.pairs(pairs.map { (name: $0.0, value: $0.1) })) }

  /// Nothing at all without rows.
  mutating func table(_ columns: [String], _ rows: [[Cell]]) {
    if !rows.isEmpty { blocks.append(.table(columns: columns, rows: rows)) }
  }
}

/// A document that people can read.
protocol Viewable {
  func describe(in view: inout View)
}

/// A record that people can read as one line of a list that grows.
protocol Listable {
  /// Width of each column but the last on a terminal.
  static var widths: [Int] { get }
  var cells: [Cell] { get }
}
