internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// Makes errors for the user of what SQLite says.
enum LedgerFault {
  static func onNetwork(_ path: FilePath) -> WinnowError {
    WinnowError(
      .ledgerOnNetwork, "the ledger \(path.escaped) would lie on a network file system, where it cannot be kept safe",
      remedy: "choose a state folder on a local disk (--state-dir or WINNOW_STATE_DIR)")
  }

  static func newer(_ path: FilePath) -> WinnowError {
    WinnowError(
      .ledgerNewer, "the ledger \(path.escaped) was written by a newer Winnow",
      remedy: "install that version again, or move the ledger away to start a new one; no picture is touched")
  }

  static func broken(_ path: FilePath, cause: String?) -> WinnowError {
    WinnowError(
      .ledgerBroken, "the ledger \(path.escaped) is damaged or is no ledger of Winnow",
      remedy: "with winnowd stopped, winnowctl rebuild saves what can be read of it, and winnowctl restore FILE puts a "
        + "backup back; no picture is touched",
      cause: cause)
  }

  /// `error` as it is when it is a `WinnowError` already.
  static func error(for error: any Error, ledger path: FilePath) -> WinnowError {
    switch error {
    case let error as WinnowError: error
    case let error as LedgerDamage: broken(path, cause: error.description)
    case let error as DatabaseError: self.error(for: error, ledger: path)
    case let error as Errno:
      WinnowError(
        .ledgerUnavailable, "the ledger \(path.escaped) cannot be opened",
        remedy: "check that its folder exists and that winnowd may write there", cause: error.description)
    default: broken(path, cause: "\(error)")
    }
  }

  /// Whether the file itself is at fault, and no disk, right or other program.
  static func isDamage(_ error: any Error) -> Bool {
    switch error {
    case is LedgerDamage: true
    case let error as DatabaseError: [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
    default: false
    }
  }

  private static func error(for error: DatabaseError, ledger path: FilePath) -> WinnowError {
    // The message alone: the statement and its arguments would put file names into the journal unescaped.
    let cause = "\(error.extendedResultCode.rawValue): \(error.message ?? "")"
    return switch error.resultCode {
    case .SQLITE_FULL:
      WinnowError(
        .ledgerFull, "there is no space left for the ledger \(path.escaped)",
        remedy: "make space on its disk; work goes on by itself then", cause: cause)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      WinnowError(
        .ledgerBusy, "another program holds the ledger \(path.escaped)",
        remedy: "close that program; nothing but winnowd may write it", cause: cause)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH, .SQLITE_IOERR, .SQLITE_NOMEM:
      WinnowError(
        .ledgerUnavailable, "the ledger \(path.escaped) cannot be read or written",
        remedy: "check that its folder exists, that winnowd may write there, and that the disk is well", cause: cause)
    case .SQLITE_CONSTRAINT:
      WinnowError(.invalidInput, "the ledger \(path.escaped) refuses a row that contradicts the others", cause: cause)
    default: broken(path, cause: cause)
    }
  }
}

/// A row does not hold what the schema promises.
struct LedgerDamage: Error, CustomStringConvertible {
  let description: String
}
