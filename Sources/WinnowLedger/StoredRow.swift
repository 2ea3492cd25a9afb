internal import Foundation
internal import GRDB

/// A row of a result with access that throws where the column does not hold what is asked for, so that a damaged
/// ledger cannot stop the process.
struct StoredRow {
  private let row: Row

  init(_ row: Row) { self.row = row }

  func integer(_ column: Int) throws -> Int64 { try required(optionalInteger(column), column) }
  func optionalInteger(_ column: Int) -> Int64? { row[column] }

  func flag(_ column: Int) throws -> Bool { try integer(column) != 0 }

  func real(_ column: Int) throws -> Double { try required(optionalReal(column), column) }
  func optionalReal(_ column: Int) -> Double? { row[column] }

  func text(_ column: Int) throws -> String { try required(optionalText(column), column) }
  func optionalText(_ column: Int) -> String? { row[column] }

  func bytes(_ column: Int) throws -> [UInt8] { try required(optionalBytes(column), column) }
  func optionalBytes(_ column: Int) -> [UInt8]? {
    let data: Data? = row[column]
    return data.map { Array($0) }
  }

  /// The column's text as one of the words of `Word`.
  func word<Word: RawRepresentable<String>>(_ column: Int, as type: Word.Type) throws -> Word {
    try required(Word(rawValue: text(column)), column)
  }

  private func required<Value>(_ value: Value?, _ column: Int) throws -> Value {
    guard let value else { throw LedgerDamage(description: "column \(column) does not hold a \(Value.self)") }
    return value
  }
}

extension [UInt8] {
  /// As an argument of a statement.
  var blob: Data { Data(self) }
}
