import Glibc
import SystemPackage
import WinnowConfig
import WinnowCore
import WinnowLedger

/// Files of the state folder that belong to a backup beside the ledger: the inboxes of `inbox add`. In a backup they are
/// settings, so that it stays one file.
struct KeptFiles: Sendable {
  private static let prefix = LedgerRestoration.addedPrefix + "inbox "

  let stateFolder: FilePath

  private var store: ConfigurationStore { ConfigurationStore(stateDirectory: stateFolder) }

  func settings() -> [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: store.files().map { (Self.prefix + $0.key, $0.value) })
  }

  /// Puts back those that are not there.
  ///
  /// - Returns: their names in the state folder.
  func putBack(_ settings: [String: [UInt8]]) throws(WinnowError) -> [String] {
    let files = settings.filter { $0.key.hasPrefix(Self.prefix) }.map {
      (String($0.key.dropFirst(Self.prefix.count)), $0.value)
    }
    let written = try store.putBack(Dictionary(uniqueKeysWithValues: files))
    // Root may restore for the user that winnowd runs as.
    var owner = stat()
    if stateFolder.withPlatformString({ stat($0, &owner) }) == 0 {
      for path in written + [store.folder] {
        _ = path.withPlatformString { lchown($0, owner.st_uid, owner.st_gid) }
      }
    }
    return written.compactMap { $0.lastComponent?.string }
  }
}
