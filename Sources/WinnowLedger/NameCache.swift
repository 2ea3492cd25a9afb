internal import Synchronization

/// Numbers of the texts and folders used last, so that a row costs no look-ups of its own. Bounded: when it is full it
/// starts anew.
final class NameCache: Sendable {
  private struct Tables {
    var numbersOfWords: [String: Int64] = [:]
    var words: [Int64: String] = [:]
    var numbersOfFolders: [[UInt8]: Int64] = [:]
  }

  /// Words are few but for labels, of which a model may have thousands. Chosen, not measured.
  private static let wordLimit = 2048
  /// A batch goes to few folders. Chosen, not measured.
  private static let folderLimit = 128

  private let tables = Mutex(Tables())

  func number(ofWord word: String) -> Int64? { tables.withLock { $0.numbersOfWords[word] } }
  func word(_ number: Int64) -> String? { tables.withLock { $0.words[number] } }
  func number(ofFolder path: [UInt8]) -> Int64? { tables.withLock { $0.numbersOfFolders[path] } }

  func remember(word: String, _ number: Int64) {
    tables.withLock { tables in
      if tables.words.count >= Self.wordLimit {
        tables.words.removeAll()
        tables.numbersOfWords.removeAll()
      }
      tables.words[number] = word
      tables.numbersOfWords[word] = number
    }
  }

  func remember(folder path: [UInt8], _ number: Int64) {
    tables.withLock { tables in
      if tables.numbersOfFolders.count >= Self.folderLimit { tables.numbersOfFolders.removeAll() }
      tables.numbersOfFolders[path] = number
    }
  }

  func forgetAll() { tables.withLock { $0 = Tables() } }
}
