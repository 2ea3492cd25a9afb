import ArgumentParser
import WinnowConfig
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the set-up, and say what to do about what is wrong.",
    discussion: "Checks the configuration even where the daemon does not answer; the exit status is 3 then.")

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let paths = try options.paths()
    var checks: [DoctorReply.Check] = []
    var status = ExitStatus.done
    do {
      let client = ControlClient(socket: paths.socket)
      let reply: DoctorReply = try client.call(.doctor)
      checks.append(.init(code: "daemon", state: .ok, text: "the daemon answers at \(paths.socket.escaped)"))
      checks += reply.checks
    } catch {
      // The daemon tells of the configuration that it reads; without it this is the one it would read.
      checks.append(ConfigurationReading.doctor(paths))
      checks.append(.init(code: "daemon", state: .failed, text: error.message, remedy: error.remedy))
      status = ExitStatus(for: error)
    }
    let report = DoctorReply(checks: checks)
    try options.output.show(report)
    try Finished.check(status == .done && !report.ok ? .failed : status)
  }
}
