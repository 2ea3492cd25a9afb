import Glibc
import Testing

/// The ledger's file, and what is in the folders in the end.
extension Winnow {
  struct DoctorReply: Decodable {
    struct Check: Decodable {
      var code: String
      var state: String
    }
    var checks: [Check]
  }

  var ledger: String { state + "/ledger.sqlite" }

  /// Ledgers that another one took the place of.
  var keptLedgers: [String] { Files.names(in: state).filter { $0.hasPrefix("ledger.sqlite.") } }

  /// All that bears its name.
  func removeLedger() {
    for name in Files.names(in: state) where name.hasPrefix("ledger.") { unlink(state + "/" + name) }
  }

  /// Whether a look at all of the ledger finds nothing wrong.
  func ledgerIsWhole() throws -> Bool {
    try control("doctor").decode(DoctorReply.self).checks.contains { $0.code == "ledger" && $0.state == "ok" }
  }

  /// Pictures of all classes, each with its number.
  func put(_ count: Int, from first: Int = 0) throws {
    for number in first..<(first + count) { try put(Self.picture(number), "\(number).png") }
  }

  static func picture(_ number: Int) -> [UInt8] { Picture.png(Picture.Colour.allCases[number % 5], number) }

  /// Every picture once, all of them in the output and in the ledger, once all is done.
  func expectSorted(_ count: Int, _ location: SourceLocation = #_sourceLocation) throws {
    try waitUntilIdle()
    let tree = Tree(inbox, output)
    #expect(tree.contents.count == count, sourceLocation: location)
    #expect(tree.contents.values.allSatisfy { $0 == 1 }, sourceLocation: location)
    #expect(tree.paths(under: inbox) == [], "\(log)", sourceLocation: location)
    #expect(try counts() == .counted(sorted: count), "\(log)", sourceLocation: location)
    #expect(try ledgerIsWhole(), "\(log)", sourceLocation: location)
  }
}
