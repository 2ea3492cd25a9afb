import Glibc
import WinnowConfig
import WinnowControlAPI
import WinnowCore

/// The configuration that the daemon runs with, beside what its file says by now.
struct ConfigurationInUse {
  let paths: StandardPaths
  let loaded: LoadedConfiguration

  /// Whether the hook's program can be started; one without it has nothing to look at.
  func examineHooks() -> [DoctorReply.Check] {
    guard let program = loaded.configuration.hooks.onSorted.first else { return [] }
    guard access(program, X_OK) == 0 else {
      return [
        .init(
          code: "hook", state: .failed,
          text: "the program \(program) of hooks.on_sorted cannot be run: "
            + String(cString: strerror(errno)),
          remedy: "put it there, and let the user that winnowd runs as run it (chmod 755)")
      ]
    }
    return [.init(code: "hook", state: .ok, text: "\(program) can be run")]
  }

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
