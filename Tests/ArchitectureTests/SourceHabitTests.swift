import Foundation
import Testing

/// Habits of CONTRIBUTING.md that a look at the text can check.
@Suite("Habits")
struct SourceHabitTests {
  private static let code: Set<String> = ["swift", "c", "cpp", "h"]

  @Test("nothing is called utils, helpers, common or manager")
  func names() throws {
    let word = /(?i)(?:^|[^a-z])(?:utils?|utilit(?:y|ies)|helpers?|common|manager)(?:$|[^a-z])/
    /// `FileManager` is Foundation's; in our own names words begin with a capital.
    func words(_ name: String) -> String { name.replacing(/([a-z])([A-Z])/) { "\($0.1) \($0.2)" } }
    for file in try Repository.files(below: "Sources", endings: Self.code) {
      #expect(!words(file).contains(word), "\(file)")
      let text = try Repository.text(file)
      for type in text.matches(of: /(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/) {
        #expect(!words(String(type.1)).contains(word), "\(file) declares \(type.1)")
      }
    }
  }

  @Test("no source traps on input: no try!, no fatalError, no forced cast")
  func traps() throws {
    let traps = ["try!", "fatalError(", "as! "]
    for file in try Repository.files(below: "Sources", endings: ["swift"]) {
      let text = try Repository.text(file)
      guard traps.contains(where: text.contains) else { continue }
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let code = line.prefix(upTo: line.range(of: "//")?.lowerBound ?? line.endIndex)
        #expect(!code.contains(/\btry!|\bfatalError\(|\bas!\s/), "\(file):\(number + 1)")
      }
    }
  }

  @Test("unchecked claims about concurrency have their proof beside them")
  func proofs() throws {
    let claims = ["@unchecked Sendable", "nonisolated(unsafe)"]
    for file in try Repository.files(below: "Sources", endings: ["swift"]) {
      let text = try Repository.text(file)
      guard claims.contains(where: text.contains) else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated() {
        guard claims.contains(where: line.contains), !line.contains(/^\s*\/\//) else { continue }
        let before = lines[max(0, number - 8)..<number].reversed().prefix { !$0.allSatisfy(\.isWhitespace) }
        #expect(before.contains { $0.contains("//") }, "\(file):\(number + 1) says nothing of why it is safe")
      }
    }
  }

  @Test("what runs in winnowd uses no global queue, no concurrent queue and no sleeping task")
  func wakeUps() throws {
    let package = try PackageDescriptionText.ofRepository.get()
    let inDaemon = package.closure(of: "winnowd").union(["winnowd"])
    for module in inDaemon where package.targets[module] != nil {
      for file in try Repository.files(below: "Sources/\(module)", endings: ["swift"]) {
        let text = try Repository.text(file)
        #expect(
          !text.contains(/DispatchQueue\.global\(|attributes: \.concurrent|Task\.sleep|Task\.detached/), "\(file)")
      }
    }
  }

  @Test("no file of the repository names a home folder, but for those of Ann, Anna and me, the people of our examples")
  func homes() throws {
    var files = try ["Sources", "Tests", "docs", "scripts", "systemd", "debian", "etc", "watch", "benchmarks", ".ci"]
      .filter(Repository.exists).flatMap { folder in
        try Repository.files(
          below: folder,
          endings: ["swift", "c", "cpp", "h", "md", "sh", "yaml", "service", "socket", "conf", "svg", ""])
      }
    files += [
      "Package.swift", "Makefile", "README.md", "README.zh.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    ]
    let home = /\/(?:home\/(?!(?:ann|anna|me)\/)[a-z]\w*|Users\/[a-z]\w*|root)\//
    for file in files where !file.hasPrefix("Tests/fuzz/seeds/") {
      guard let text = try? Repository.text(file) else { continue }
      #expect(text.firstMatch(of: home)?.0 == nil, "\(file)")
    }
  }
}
