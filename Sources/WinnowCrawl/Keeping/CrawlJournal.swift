import WinnowDataset
import SystemPackage
import WinnowCore
import WinnowFiles

/// What became of each address, so that no run fetches it again: `.winnow-crawl.jsonl` in the folder.
struct CrawlJournal: ~Copyable {
  static let name = FilePath(".winnow-crawl.jsonl")

  /// A line. A `saving` is durable before a picture gets its name, so that a crash between the two is mended.
  struct Entry: Codable {
    enum Verdict: String, Codable {
      case saving, saved, bytes, looks, failed
    }

    /// Source and keyword: whose count it belongs to.
    var crawl: String
    var url: String
    var verdict: Verdict
    var reason: FailureReason?
    /// With `saving`: the hidden name, and what goes into the provenance.
    var hidden: String?
    var record: ProvenanceRecord?
  }

  private let file: RecordFile

  init(in root: Root) throws(WinnowError) { file = try RecordFile(Self.name, in: root) }

  /// Hands out each address that has its verdict; returns the savings that were begun and not ended.
  func read(_ body: (Entry) -> Void) throws(WinnowError) -> [Entry] {
    var begun: [String: Entry] = [:]
    try file.forEach(Entry.self) { entry throws(WinnowError) in
      if entry.verdict == .saving {
        begun[entry.url] = entry
      } else {
        begun[entry.url] = nil
        body(entry)
      }
    }
    return begun.values.sorted { $0.url < $1.url }
  }

  func append(_ entry: Entry) throws(WinnowError) { try file.append(entry, durably: entry.verdict == .saving) }
}
