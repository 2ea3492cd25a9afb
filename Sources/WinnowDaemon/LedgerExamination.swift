import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowLedger

/// Reads the ledger whole, unless that would take too long.
enum LedgerExamination {
  /// Bytes; chosen, so that it takes some seconds at most.
  private static let limit: Int64 = 2 << 30

  static func examine(_ ledger: Ledger) -> DoctorReply.Check {
    var status = stat()
    guard ledger.path.withPlatformString({ stat($0, &status) }) == 0 else {
      return .init(
        code: "ledger", state: .failed, text: "the ledger's file \(ledger.path.escaped) is gone",
        remedy: "nothing: it is written anew with the next picture, or with `winnowctl rescan`")
    }
    guard status.st_size <= limit else {
      return .init(
        code: "ledger", state: .ok,
        text: "the ledger has \(status.st_size >> 20) MiB, too many to read it whole beside the sorting")
    }
    do throws(WinnowError) {
      try ledger.quickCheck()
      return .init(
        code: "ledger", state: .ok, text: "the ledger is whole: \(max(1, status.st_size >> 20)) MiB were read")
    } catch {
      return .init(code: "ledger", state: .failed, text: error.message, remedy: error.remedy)
    }
  }
}
