public import SystemPackage
public import WinnowCore
import WinnowFiles
public import WinnowLedger

/// Hashes sorted files again and compares them with the ledger.
public enum Verification {
  public struct Report: Sendable {
    public var checked = 0
    public var changed: [FilePath] = []
    public var missing: [FilePath] = []
  }

  /// Reads every file that Winnow placed. Blocks its thread, so it gets one of its own; `shouldStop` is asked between
  /// files.
  public static func run(_ ledger: Ledger, shouldStop: () -> Bool = { false }) throws(WinnowError) -> Report {
    let fileSystem = LinuxFileSystem()
    let roots = RootTable(on: fileSystem)
    var report = Report()
    var last: Int64 = 0
    while true {
      let page = try ledger.pictures(inStates: [.sorted, .review, .quarantined, .corrected], afterID: last)
      guard let end = page.last else { return report }
      last = end.id
      for picture in page {
        if shouldStop() { return report }
        guard let expected = picture.digest else { continue }
        report.checked += 1
        func holds(at place: Place) -> Bool? {
          do throws(SystemFault) {
            let root = try roots.root(place.root)
            let file = OwnedDescriptor(try fileSystem.openFile(place.relative, in: root.raw))
            return try fileSystem.digest(of: file.raw) == expected
          } catch {
            return nil
          }
        }
        if holds(at: picture.place) == true { continue }
        // It may have been moved since its page was read.
        guard let now = try ledger.picture(id: picture.id)?.record, now.digest == expected else { continue }
        let isThere = holds(at: now.place)
        if isThere == false { report.changed.append(now.place.absolute) }
        if isThere == nil { report.missing.append(now.place.absolute) }
      }
    }
  }
}
