import Glibc
public import SystemPackage
import WinnowControlAPI
public import WinnowCore
import WinnowFiles
import WinnowLedger

/// What winnowctl has winnowd do with the ledger while no daemon runs: winnowd alone knows the ledger, and its lock on
/// the state folder keeps a daemon out meanwhile.
///
/// Files come and go through standard input and output, so that this program opens no path that somebody named.
public enum LedgerCare: String, CaseIterable, Sendable {
  /// The ledger goes to standard output.
  case backup
  /// A backup comes from standard input; what was done goes to standard output as JSON.
  case restore
  /// What can be read of the ledger, and what the trees tell at the next start.
  case rebuild
  /// The same, with what lay in the output trees before Winnow too.
  case rebuildAll = "rebuild-all"

  public func run(stateFolder: FilePath) throws(WinnowError) {
    let state: StateFolder
    do throws(WinnowError) {
      state = try StateFolder(at: stateFolder)
    } catch {
      guard error.code == .alreadyRunning else { throw error }
      throw WinnowError(
        .alreadyRunning, error.message, remedy: "stop it first: systemctl stop winnowd, or end that process")
    }
    switch self {
    case .backup: try backUp(state)
    case .restore:
      let now = Timestamp.now()
      let restored = try LedgerRestoration.run(reading: .standardInput, into: state.ledger, at: now)
      let inboxes = try KeptFiles(stateFolder: stateFolder).putBack(restored.settings)
      try tell(
        LedgerCareReply(
          ledger: state.ledger, kept: restored.kept, pictures: restored.pictures, rows: restored.rows, isComplete: true,
          inboxes: inboxes, text: "the ledger is as it was when the backup was made"))
    case .rebuild, .rebuildAll:
      let mending = try Ledger.rebuild(state.ledger, all: self == .rebuildAll)
      try tell(
        LedgerCareReply(
          ledger: state.ledger, kept: mending.kept, pictures: mending.pictures, rows: mending.rows,
          isComplete: mending.isComplete, inboxes: [], text: mending.text))
    }
  }

  private func backUp(_ state: StateFolder) throws(WinnowError) {
    let ledger = try Ledger.open(whatIsAt: state.ledger, fileSystemIsNetwork: state.isOnNetwork())
    let file = state.spool.appending(".backup-\(UInt64.random(in: .min ... .max))")
    try ledger.backUp(to: file, adding: KeptFiles(stateFolder: state.path).settings())
    do {
      let copy = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
      defer { try? copy.close() }
      _ = file.withPlatformString { unlink($0) }
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try copy.read(into: $0) }
        if count == 0 { return }
        try FileDescriptor.standardOutput.writeAll(buffer.prefix(count))
      }
    } catch {
      throw WinnowError(.systemCall, "the backup cannot be written", cause: "\(error)")
    }
  }

  private func tell(_ reply: LedgerCareReply) throws(WinnowError) {
    _ = try? FileDescriptor.standardOutput.writeAll(try Wire.encode(reply) + [UInt8(ascii: "\n")])
  }
}
