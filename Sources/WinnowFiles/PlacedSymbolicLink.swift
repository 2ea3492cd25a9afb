import SystemPackage
import WinnowCore

/// A symbolic link to a picture that stays. It names the picture by its absolute path, so that it may be moved itself.
extension DurableMove {
  func linkSymbolically(_ move: CheckedMove) throws(MoveStop) -> Placing {
    let target = move.intent.source.absolute
    while true {
      do throws(SystemFault) {
        try recheck(move)
      } catch {
        throw stop(for: error, moving: move)
      }
      do throws(SystemFault) {
        try fileSystem.makeSymbolicLink(move.destinationName, in: move.destinationFolder.raw, to: target)
        return .linkedSymbolically
      } catch {
        if error.isTaken {
          try takeNextName(move)
          continue
        }
        if SystemFault.linksMissingErrnos.contains(error.errno) { throw cannotPlaceSo(move) }
        do throws(SystemFault) {
          // Over a network the answer can get lost.
          if try symbolicLink(at: move.destinationName, in: move.destinationFolder, names: target) != nil {
            return .linkedSymbolically
          }
        } catch let unknown {
          return .unresolved(unknown.about("\(move.intent.destination)"))
        }
        throw stop(for: error, moving: move)
      }
    }
  }

  func finishSymbolicLink(_ move: CheckedMove, _ report: inout Report) {
    do throws(SystemFault) {
      let status = try fileSystem.status(of: move.destinationName, in: move.destinationFolder.raw)
      try fileSystem.sync(move.destinationFolder.raw)
      report.outcomes.append(arrived(move.intent, status.fingerprint(handle: [])))
    } catch {
      report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
    }
  }

  /// The status of a symbolic link that names `target`; nil for anything else, and for nothing.
  func symbolicLink(
    at name: FilePath, in folder: SharedFolder, names target: FilePath
  ) throws(SystemFault) -> FileStatus? {
    guard let status = try fileSystem.statusIfPresent(of: name, in: folder.raw), status.kind == .symbolicLink,
      try fileSystem.symbolicLinkTarget(name, in: folder.raw) == target
    else { return nil }
    return status
  }
}
