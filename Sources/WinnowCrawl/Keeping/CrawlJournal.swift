import FoundationEssentials
import SystemPackage
import WinnowCore

/// What became of each address, so that a later run fetches nothing twice.
struct CrawlEntry: Codable {
  enum Ending: Hashable {
    /// About to get its name; what follows tells whether it did.
    case saving
    case saved
    case sameBytes
    case sameLooks
    case failed(FailureReason)
  }

  var key: String
  var outcome: String
  var file: String?
  var sha256: String?

  init(key: String, _ ending: Ending, file: String? = nil, sha256: String? = nil) {
    (self.key, self.file, self.sha256) = (key, file, sha256)
    outcome =
      switch ending {
      case .saving: "saving"
      case .saved: "saved"
      case .sameBytes: "same_bytes"
      case .sameLooks: "same_looks"
      case .failed(let reason): reason.rawValue
      }
  }

  var ending: Ending? {
    switch outcome {
    case "saving": .saving
    case "saved": .saved
    case "same_bytes": .sameBytes
    case "same_looks": .sameLooks
    default: FailureReason(rawValue: outcome).map { .failed($0) }
    }
  }
}

/// Where a kept picture comes from: a line of `provenance.jsonl`.
struct ProvenanceRecord: Codable {
  var file: String
  var url: String
  var source: String
  var keyword: String?
  var page: String?
  var title: String?
  var author: String?
  var licence: String?
  var sha256: String
  var time: String
}

/// Both files of a folder that is crawled into.
final class CrawlJournal {
  static let name = ".winnow-crawl.jsonl"
  static let provenanceName = "provenance.jsonl"

  private(set) var entries: [String: CrawlEntry] = [:]
  private(set) var described: Set<String> = []
  private let journal: LineFile
  private let provenance: LineFile

  init(in folder: FilePath) throws(WinnowError) {
    var entries: [String: CrawlEntry] = [:]
    var described: Set<String> = []
    let decoder = JSONDecoder()
    journal = try LineFile(folder.appending(Self.name)) { line in
      if let entry = try? decoder.decode(CrawlEntry.self, from: line) { entries[entry.key] = entry }
    }
    provenance = try LineFile(folder.appending(Self.provenanceName)) { line in
      if let record = try? decoder.decode(ProvenanceRecord.self, from: line) { described.insert(record.file) }
    }
    (self.entries, self.described) = (entries, described)
  }

  func record(_ entry: CrawlEntry) throws(WinnowError) {
    try journal.append(entry)
    entries[entry.key] = entry
  }

  func describe(_ record: ProvenanceRecord) throws(WinnowError) {
    guard described.insert(record.file).inserted else { return }
    try provenance.append(record)
  }
}
