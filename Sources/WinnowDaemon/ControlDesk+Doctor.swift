import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowLedger
import WinnowPipeline

extension ControlDesk {
  func doctor(_ reply: Reply<DoctorReply>) {
    let doctor = Doctor(
      inboxes: daemon.loaded.configuration.inboxes, library: daemon.library, programs: daemon.programs,
      state: daemon.paths.stateDirectory, socketPath: daemon.paths.socket,
      configuration: ConfigurationInUse(paths: daemon.paths, loaded: daemon.loaded), waiting: waitingPictures())
    let conditions = pipeline.conditions.map { condition in
      DoctorReply.Check(
        code: condition.code.rawValue, state: condition.degrades ? .failed : .warning, text: condition.text,
        remedy: condition.remedy, inbox: condition.subject.isEmpty ? nil : condition.subject)
    }
    let ledger = daemon.ledger
    pipeline.probeWatches { heard in
      let watches = heard.sorted { $0.key < $1.key }.map { inbox, wasHeard in
        wasHeard
          ? DoctorReply.Check(code: "watch", state: .ok, text: "a new file is heard of at once", inbox: inbox)
          : DoctorReply.Check(
            code: "watch", state: .failed, text: "no event came of a file that was made in the inbox",
            remedy: "set `poll: always` for it; until then it is looked through every 15 minutes", inbox: inbox)
      }
      Thread.detach { [ledger] in
        reply.send(DoctorReply(checks: doctor.examine() + [LedgerExamination.examine(ledger)] + watches + conditions))
      }
    }
  }

  /// A few of each inbox: the first tell what is wrong with the others.
  private func waitingPictures() -> [PictureRecord] {
    daemon.loaded.configuration.inboxes.flatMap { inbox in
      (try? daemon.ledger.pictures(state: .failed, inbox: inbox.name, limit: WaitingPicture.limit)) ?? []
    }
  }
}
