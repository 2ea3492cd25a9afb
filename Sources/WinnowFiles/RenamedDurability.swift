import WinnowCore

/// How renamed pictures become durable: each file with both folders, or the file system as a whole where many were renamed.
extension DurableMove {
  func makeDurable(_ moves: [CheckedMove], _ report: inout Report) {
    for move in moves { giveRights(to: move.file.raw, &move.intent) }
    for moves in Dictionary(grouping: moves, by: \.status.device).values {
      if moves.count >= wholeSyncFrom, syncWhole(moves, &report) { continue }
      makeEachDurable(moves, &report)
    }
  }

  /// - Returns: whether the file system could do it, or failed to; otherwise each move has to be synced by itself.
  private func syncWhole(_ moves: [CheckedMove], _ report: inout Report) -> Bool {
    do throws(SystemFault) {
      guard try fileSystem.syncFileSystem(of: moves[0].destinationFolder.raw) else { return false }
    } catch {
      for move in moves { report.unresolved.append((move.intent, error.about("\(move.intent.destination)"))) }
      return true
    }
    for move in moves {
      do throws(SystemFault) {
        report.outcomes.append(arrived(move.intent, try fileSystem.fingerprint(of: move.file.raw)))
      } catch {
        report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
      }
    }
    return true
  }

  private func makeEachDurable(_ moves: [CheckedMove], _ report: inout Report) {
    var synced: Set<ObjectIdentifier> = []
    var failed: [ObjectIdentifier: SystemFault] = [:]
    func syncOnce(_ folder: SharedFolder) throws(SystemFault) {
      let key = ObjectIdentifier(folder)
      if let fault = failed[key] { throw fault }
      guard synced.insert(key).inserted else { return }
      do throws(SystemFault) {
        try fileSystem.sync(folder.raw)
      } catch {
        failed[key] = error
        throw error
      }
    }
    for move in moves {
      do throws(SystemFault) {
        try syncPlaced(move.file.raw, move.intent)
        try syncOnce(move.destinationFolder)
        try syncOnce(move.sourceFolder)
        report.outcomes.append(arrived(move.intent, try fileSystem.fingerprint(of: move.file.raw)))
      } catch {
        report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
      }
    }
  }
}
