import Foundation
import Testing
import WinnowControlAPI
import WinnowControlServer

@Suite("docs/control-api.yaml")
struct ControlAPIDocumentTests {
  /// One operation as the document has it.
  private struct Operation: Hashable {
    var method: String
    var path: String
    var requires: String
  }

  private func text() throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "docs/control-api.yaml")
    return try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
  }

  /// Operations by their identifier, read by indentation, which the document keeps.
  private func operations() throws -> [String: Operation] {
    var operations: [String: Operation] = [:]
    var (path, method, identifier) = ("", "", "")
    for line in try text() {
      if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
      if ["    get:", "    post:", "    delete:"].contains(line) { method = line.dropFirst(4).dropLast().uppercased() }
      if line.hasPrefix("      operationId: ") { identifier = String(line.dropFirst(19)) }
      if line.hasPrefix("      x-requires: ") {
        operations[identifier] = Operation(method: method, path: path, requires: String(line.dropFirst(18)))
      }
    }
    return operations
  }

  @Test("describes exactly the routes there are, with method, path and who may ask")
  func routes() throws {
    let expected = Route.allCases.map { route in
      (route.rawValue, Operation(method: route.method.rawValue, path: route.template, requires: "\(route.requirement)"))
    }
    #expect(try operations() == Dictionary(uniqueKeysWithValues: expected))
  }

  @Test("every reference leads somewhere")
  func references() throws {
    var section = ""
    var defined = Set<String>()
    var used = Set<String>()
    for line in try text() {
      if let match = line.wholeMatch(of: /\x20\x20(parameters|requestBodies|responses|schemas):/) {
        section = String(match.1)
      }
      if let match = line.prefixMatch(of: /\x20{4}([A-Za-z]+):/), !section.isEmpty {
        defined.insert("\(section)/\(match.1)")
      }
      for match in line.matches(of: /#\/components\/([A-Za-z]+\/[A-Za-z]+)/) { used.insert(String(match.1)) }
    }
    #expect(used.subtracting(defined) == [])
    #expect(defined.subtracting(used) == ["schemas/ModelImportRequest"])
  }
}
