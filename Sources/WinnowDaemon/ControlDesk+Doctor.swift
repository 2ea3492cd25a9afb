import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowPipeline

extension ControlDesk {
  func doctor(_ reply: Reply<DoctorReply>) {
    let doctor = Doctor(
      inboxes: daemon.loaded.configuration.inboxes, library: daemon.library, programs: daemon.programs,
      state: daemon.paths.stateDirectory, socketPath: daemon.paths.socket)
    let conditions = pipeline.conditions.map { condition in
      DoctorReply.Check(
        code: condition.code.rawValue, state: condition.degrades ? .failed : .warning, text: condition.text,
        remedy: condition.remedy, inbox: condition.subject.isEmpty ? nil : condition.subject)
    }
    Thread.detach { reply.send(DoctorReply(checks: doctor.examine() + conditions)) }
  }
}
