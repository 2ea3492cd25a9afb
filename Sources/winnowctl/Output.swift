import WinnowControlAPI
import WinnowCore

/// Shows results in the form asked for: the one place that knows the forms.
struct Output: Sendable {
  enum Form: Hashable, Sendable {
    case json
    /// Aligned and coloured, for a terminal.
    case aligned
    /// Fields with tabs between them, for a pipe.
    case plain
  }

  let form: Form

  init(isJSON: Bool) { form = isJSON ? .json : StandardOutput.isTerminal ? .aligned : .plain }

  func show(_ document: some Encodable & Viewable) throws(WinnowError) {
    switch form {
    case .json:
      StandardOutput.write(String(decoding: try Wire.encode(document), as: UTF8.self) + "\n")
    case .aligned, .plain:
      var view = View()
      document.describe(in: &view)
      for block in view.blocks { StandardOutput.write(render(block)) }
    }
  }

  func list(_ record: some Encodable & Listable) throws(WinnowError) {
    switch form {
    case .json: StandardOutput.write(String(decoding: try Wire.encode(record), as: UTF8.self) + "\n")
    case .aligned: StandardOutput.write(Self.align(record.cells, type(of: record).widths) + "\n")
    case .plain: StandardOutput.write(Self.plain(record.cells) + "\n")
    }
  }

  private func render(_ block: View.Block) -> String {
    switch (block, form) {
    case (.line(let cell), _):
      return Terminal.paint(cell.text, cell.colour) + "\n"
    case (.pairs(let pairs), .aligned):
      let width = pairs.map(\.name.count).max() ?? 0
      return pairs.map { pair in
        Terminal.paint(Self.pad(pair.name, width), .quiet) + "  " + Terminal.paint(pair.value.text, pair.value.colour)
          + "\n"
      }.joined()
    case (.pairs(let pairs), _):
      return pairs.map { "\($0.name)\t\($0.value.text)\n" }.joined()
    case (.table(let columns, let rows), .aligned):
      let widths = columns.indices.map { column in
        max(columns[column].count, rows.map { $0[column].text.count }.max() ?? 0)
      }
      let head = columns.map { Cell($0, .quiet) }
      return ([head] + rows).map { Self.align($0, widths) + "\n" }.joined()
    case (.table(_, let rows), _):
      return rows.map { Self.plain($0) + "\n" }.joined()
    }
  }

  private static func align(_ cells: [Cell], _ widths: [Int]) -> String {
    cells.enumerated().map { index, cell in
      let isLast = index == cells.count - 1
      let width = isLast && !cell.isNumber || index >= widths.count ? 0 : widths[index]
      let padding = String(repeating: " ", count: max(0, width - cell.text.count))
      let text = Terminal.paint(cell.text, cell.colour)
      return cell.isNumber ? padding + text : text + padding
    }.joined(separator: "  ")
  }

  private static func plain(_ cells: [Cell]) -> String {
    cells.map { $0.text.replacing("\t", with: " ").replacing("\n", with: " ") }.joined(separator: "\t")
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
