internal import Glibc
public import SystemPackage
public import WinnowCore

/// The copies that the daemon makes of its ledger by itself: one a day on which something happened, the last few kept.
///
/// They lie on the ledger's own disk, so they help against damage and removal, not against the loss of the disk. Their
/// names count upwards, since a clock may be set back.
public struct LedgerBackups: Sendable {
  /// Chosen.
  private static let kept = 3
  /// The setting of the ledger that says up to which row of history it was copied.
  private static let rowKey = "copied up to row"
  private static let beginning = "ledger-"
  private static let ending = ".sqlite"
  private static let digits = 6

  public let folder: FilePath

  init(in folder: FilePath) { self.folder = folder }

  /// Of the ledger at `path`: in the folder `backups` beside it.
  public init(ofLedger path: FilePath) { self.init(in: LedgerPlace(path).backups) }

  public var newestFirst: [FilePath] { names.map { folder.appending($0) } }

  private var names: [String] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if Self.number(of: name) != nil { names.append(name) }
    }
    return names.sorted(by: >)
  }

  /// `ledger-000042-2026-03-01.sqlite` is the 42nd.
  private static func number(of name: String) -> Int? {
    guard name.hasPrefix(beginning), name.hasSuffix(ending) else { return nil }
    return Int(name.dropFirst(beginning.count).prefix(digits))
  }

  private static func name(_ number: Int, at time: Timestamp) -> String {
    func padded(_ number: Int, to count: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let day = CivilDate(time)
    return "\(beginning)\(padded(number, to: digits))-\(day.year)-\(padded(day.month, to: 2))-\(padded(day.day, to: 2))"
      + ending
  }

  /// Whether the newest is not of this day, and something happened since. Settings alone are copied once.
  public func isDue(for ledger: Ledger, at time: Timestamp) throws(WinnowError) -> Bool {
    guard let newest = names.first, let number = Self.number(of: newest) else { return true }
    guard newest != Self.name(number, at: time) else { return false }
    return try ledger.text(Self.rowKey) != "\(try ledger.lastHistoryRow())"
  }

  /// Makes the copy of the day and removes the oldest. Takes as long as `Ledger.backUp`.
  public func make(of ledger: Ledger, adding settings: [String: [UInt8]], at time: Timestamp) throws(WinnowError) {
    _ = folder.withPlatformString { mkdir($0, 0o700) }
    let file = folder.appending(Self.name((names.first.flatMap(Self.number) ?? 0) + 1, at: time))
    let unfinished = folder.appending("unfinished")
    LedgerPlace.remove(unfinished)
    let row = try ledger.lastHistoryRow()
    try ledger.backUp(to: unfinished, adding: settings)
    do {
      guard unfinished.withPlatformString({ old in file.withPlatformString { rename(old, $0) } }) == 0 else {
        throw Errno(rawValue: errno)
      }
      try LedgerPlace.sync(folder)
    } catch {
      throw WinnowError(.ledgerUnavailable, "the copy \(file.escaped) cannot be put in place", cause: "\(error)")
    }
    try ledger.set(Self.rowKey, toText: "\(row)")
    for old in newestFirst.dropFirst(Self.kept) { _ = old.withPlatformString { unlink($0) } }
  }
}
