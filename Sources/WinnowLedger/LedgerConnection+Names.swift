internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// Texts and folders by number.
extension LedgerConnection {
  /// The number of `word`, given to it now where it has none.
  func number(ofWord word: String) throws -> Int64 {
    if let number = names.number(ofWord: word) { return number }
    let number =
      try existingNumber(ofWord: word) ?? insert("INSERT INTO word (text) VALUES (?)", [word])
    names.remember(word: word, number)
    return number
  }

  /// The number of `word`, nil where no row ever used it.
  func existingNumber(ofWord word: String) throws -> Int64? {
    try names.number(ofWord: word) ?? first("SELECT id FROM word WHERE text = ?", [word]) { try $0.integer(0) }
  }

  func word(_ number: Int64) throws -> String {
    if let word = names.word(number) { return word }
    guard let word = try first("SELECT text FROM word WHERE id = ?", [number], { try $0.text(0) }) else {
      throw LedgerDamage(description: "word \(number) is missing")
    }
    names.remember(word: word, number)
    return word
  }

  /// The number of the folder at the absolute `path`, given to it now where it has none.
  func number(ofFolder path: [UInt8]) throws -> Int64 {
    if let number = names.number(ofFolder: path) { return number }
    let number =
      try existingNumber(ofFolder: path) ?? insert("INSERT INTO folder (path) VALUES (?)", [path.blob])
    names.remember(folder: path, number)
    return number
  }

  /// The number of the folder, nil where no row ever used it.
  func existingNumber(ofFolder path: [UInt8]) throws -> Int64? {
    try names.number(ofFolder: path)
      ?? first("SELECT id FROM folder WHERE path = ?", [path.blob]) { try $0.integer(0) }
  }
}
