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
    Thread.detach { reply.send(DoctorReply(checks: doctor.examine() + conditions)) }
  }

  /// A few of each inbox: the first tell what is wrong with the others.
  private func waitingPictures() -> [PictureRecord] {
    daemon.loaded.configuration.inboxes.flatMap { inbox in
      (try? daemon.ledger.pictures(state: .failed, inbox: inbox.name, limit: WaitingPicture.limit)) ?? []
    }
  }
}
