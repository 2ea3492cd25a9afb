import WinnowConfig
import WinnowControlAPI
import WinnowCore

/// The configuration that the daemon runs with, beside what its file says by now.
struct ConfigurationInUse {
  let paths: StandardPaths
  let loaded: LoadedConfiguration

  func examine() -> DoctorReply.Check {
    let file = paths.configuration.escaped
    do throws(InvalidConfiguration) {
      let now = try ConfigurationFile.load(
        paths.configuration, mustExist: paths.configurationMustExist, stateDirectory: paths.stateDirectory)
      try now.checkRoots(stateDirectory: paths.stateDirectory)
      _ = try now.webhookKey()
      if now.configuration != loaded.configuration {
        return .init(
          code: "configuration", state: .warning, text: "\(file) was changed since the daemon read it",
          remedy: "winnowctl reload")
      }
      return .init(code: "configuration", state: .ok, text: "\(file) is in use")
    } catch {
      let first = error.problems[0]
      return .init(
        code: "configuration", state: .failed,
        text: error.problems.count == 1
          ? "\(first)" : "\(file) has \(error.problems.count) problems, the first: \(first)",
        remedy: "winnowctl config check \(file) lists them all; the daemon goes on with what it read before")
    }
  }
}
