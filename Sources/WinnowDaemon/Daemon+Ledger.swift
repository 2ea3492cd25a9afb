import Dispatch
import Glibc
import SystemPackage
import WinnowControlServer
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowPipeline

/// What the daemon does for its ledger, and what it tells of that.
extension Daemon {
  /// When the ledger was last mended, what was done and what a person may do, a line each.
  private static let mendedKey = "mended"
  /// So long `status` tells of it; chosen.
  private static let mendedShown: Int64 = 7 * 86_400 * 1_000_000_000

  /// Says at a start what was mended then, or not long ago, and listens for what is mended from now on.
  func tellOfMending() {
    dispatchPrecondition(condition: .onQueue(queue))
    ledger.whenMended { [weak self] mending in
      guard let self else { return }
      queue.async {
        self.tell(of: mending)
        self.pipeline.ledgerMended()
      }
    }
    if let mending { return tell(of: mending) }
    endTellingOfMending()
  }

  /// Goes on telling of a mending for some days, then no longer.
  private func endTellingOfMending() {
    let lines = ((try? ledger.text(Self.mendedKey)) ?? nil)?.split(separator: "\n").map(String.init) ?? []
    guard lines.count == 3, let time = Int64(lines[0]) else { return }
    let holds = Timestamp.now().nanoseconds - time < Self.mendedShown
    pipeline.set(HealthCondition(.ledgerMended, lines[1], remedy: lines[2], degrades: false), holds: holds)
    if !holds { try? ledger.set(Self.mendedKey, to: nil) }
  }

  /// Every hour: what is told of the ledger, and what helps where it is lost.
  func careForLedger() throws(WinnowError) {
    endTellingOfMending()
    try ledger.wasThere(at: Timestamp.now())
    try keepBackup()
  }

  private func tell(of mending: LedgerMending) {
    let (text, remedy) = (mending.text, mending.remedy)
    pipeline.set(HealthCondition(.ledgerMended, text, remedy: remedy, degrades: false), holds: true)
    do throws(WinnowError) {
      try ledger.set(Self.mendedKey, toText: "\(Timestamp.now().nanoseconds)\n\(text)\n\(remedy)")
    } catch {
      journal.write(JournalLine(.warning, error.description, code: error.code.rawValue))
    }
  }

  /// Copies the ledger once a day on which something happened. The first copy is made at once: it has the settings.
  func keepBackup() throws(WinnowError) {
    let backups = LedgerBackups(ofLedger: ledger.path)
    let now = Timestamp.now()
    guard try backups.isDue(for: ledger, at: now) else { return }
    Thread.detach { [ledger, journal, keptFiles] in
      do throws(WinnowError) {
        try backups.make(of: ledger, adding: keptFiles.settings(), at: now)
      } catch {
        journal.write(JournalLine(.warning, error.description, code: error.code.rawValue))
      }
    }
  }

  func keepFirstBackup() {
    do throws(WinnowError) {
      if LedgerBackups(ofLedger: ledger.path).newestFirst.isEmpty { try keepBackup() }
    } catch {
      journal.write(JournalLine(.warning, error.description, code: error.code.rawValue))
    }
  }

  var keptFiles: KeptFiles { KeptFiles(stateFolder: state.path) }
}

extension ControlDesk {
  /// A copy in the spool, which has no name any more by the time it is sent.
  func backUp(_ reply: FileReply) {
    let (ledger, kept) = (daemon.ledger, daemon.keptFiles)
    let file = daemon.state.spool.appending(".backup-\(UInt64.random(in: .min ... .max))")
    let stop = StopFlag()
    reply.onGone { stop.raise() }
    Thread.detach {
      do throws(WinnowError) {
        try ledger.backUp(to: file, adding: kept.settings()) { stop.isRaised }
        let opened = Self.open(file)
        _ = file.withPlatformString { unlink($0) }
        guard let opened else { throw WinnowError(.systemCall, "the backup \(file.escaped) is gone already") }
        reply.send(opened.descriptor, length: opened.length)
      } catch {
        reply.fail(error)
      }
    }
  }
}
