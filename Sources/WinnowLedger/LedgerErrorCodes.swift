public import WinnowCore

extension WinnowError.Code {
  /// The ledger's file is damaged or is no ledger.
  public static let ledgerBroken = Self("ledger_broken")
  /// A newer Winnow wrote the ledger.
  public static let ledgerNewer = Self("ledger_newer")
  /// No space for the ledger; the commit changed nothing and may be tried again. Passing.
  public static let ledgerFull = Self("ledger_full")
  /// The ledger lies on a network file system, where SQLite's locks do not hold.
  public static let ledgerOnNetwork = Self("ledger_on_network")
  /// The ledger cannot be opened, read or written: rights, a missing folder, an input/output error.
  public static let ledgerUnavailable = Self("ledger_unavailable")
  /// Another program holds the ledger. Passing.
  public static let ledgerBusy = Self("ledger_busy")
}
