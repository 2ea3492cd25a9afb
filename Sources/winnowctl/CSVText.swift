/// Lines of comma-separated values as RFC 4180 has them: fields with a comma, a quote or a line's end are quoted, lines
/// end with CR LF.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe before it, which spreadsheets do not show. Paths
/// begin with a slash and never get one; a class may be named by whoever made a folder.
enum CSVText {
  static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

  private static func field(_ text: String) -> String {
    let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
    let text = isFormula ? "'" + text : text
    let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
