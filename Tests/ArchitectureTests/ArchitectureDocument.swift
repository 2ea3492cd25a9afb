import Foundation

/// What docs/architecture.md says: the block of arrows, and which modules have a paragraph.
struct ArchitectureDocument {
  struct Module {
    let row: String
    let name: String
    /// Our own modules and, without their brackets, outside packages' modules.
    let arrows: Set<String>
  }

  /// From the bottom up.
  static let rows = ["system", "values", "ground", "parts", "flow", "learning", "edges", "assembly", "programs"]

  let modules: [String: Module]
  /// Headings that have text under them.
  let paragraphs: Set<String>

  static let ofRepository = Result { try ArchitectureDocument(Repository.text("docs/architecture.md")) }

  init(_ text: String) throws {
    var modules: [String: Module] = [:]
    if let block = text.firstMatch(of: /```arrows\n([^`]*)```/) {
      for line in block.1.split(separator: "\n") {
        let words = line.split(separator: " ").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "[]")) }
        guard words.count >= 2 else { continue }
        modules[words[1]] = Module(row: words[0], name: words[1], arrows: Set(words.dropFirst(2)))
      }
    }
    self.modules = modules
    paragraphs = Set(text.matches(of: /\n### ([^\n]+)\n+[^#\n]/).map { String($0.1) })
  }

  func level(of module: String) -> Int? {
    modules[module].flatMap { Self.rows.firstIndex(of: $0.row) }
  }
}
