import Foundation
import Testing
import WinnowCore

@Suite("The documents")
struct DocumentTests {
  @Test("docs/operations.md explains every condition", arguments: HealthCondition.Code.allCases)
  func conditions(code: HealthCondition.Code) throws {
    let text = try Repository.text("docs/operations.md")
    let row = text.split(separator: "\n").first { $0.hasPrefix("| `\(code.rawValue)` |") }
    let cells = try #require(row, "no row for \(code.rawValue)").split(separator: "|").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    // Code, meaning, cure.
    #expect(cells.count == 3 && cells.allSatisfy { !$0.isEmpty })
  }

  @Test("docs/operations.md explains no condition that does not exist")
  func noOthers() throws {
    let text = try Repository.text("docs/operations.md")
    let section = try #require(text.firstMatch(of: /\n## Conditions\n((?:(?!\n## )[\s\S])*)/)?.1)
    let codes = Set(section.matches(of: /\n\| `(\w+)` \|/).map { String($0.1) })
    #expect(codes == Set(HealthCondition.Code.allCases.map(\.rawValue)))
  }

  @Test("links between our documents lead somewhere")
  func links() throws {
    let documents =
      try Repository.files(below: "docs", endings: ["md"])
      + ["README.md", "README.zh.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md"]
    for document in documents {
      let folder = Repository.root.appending(path: document).deletingLastPathComponent()
      for link in try Repository.text(document).matches(of: /\]\(([^)#\s]+)(?:#[^)]*)?\)/) where !link.1.contains("://")
      {
        let target = folder.appending(path: String(link.1)).path(percentEncoded: false)
        #expect(FileManager.default.fileExists(atPath: target), "\(document) links to \(link.1)")
      }
    }
  }

  @Test("files that our documents name in the text are there")
  func names() throws {
    let documents =
      try Repository.files(below: "docs", endings: ["md"])
      + ["README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md"]
    let ours = /`((?:docs|Sources|Tests|scripts|systemd|debian|etc|watch|benchmarks)\/[\w\-+.\/]*)`/
    for document in documents {
      let text = try Repository.text(document)
      for name in text.matches(of: ours) {
        #expect(Repository.exists(String(name.1)), "\(document) names \(name.1)")
      }
    }
  }

  @Test("decision records are numbered once each, and have their four parts")
  func decisions() throws {
    let files = try Repository.files(below: "docs/decisions", endings: ["md"])
    let numbers = files.compactMap { $0.split(separator: "/").last.flatMap { Int($0.prefix(4)) } }
    #expect(numbers.count == files.count, "a record's name begins with four digits")
    #expect(Set(numbers).count == numbers.count, "two records have the same number")
    for file in files {
      let text = try Repository.text(file)
      for part in ["## Problem", "## Choice", "## Alternatives", "## What would change our mind"] {
        #expect(text.contains("\n\(part)\n"), "\(file) has no \(part)")
      }
    }
  }
}
