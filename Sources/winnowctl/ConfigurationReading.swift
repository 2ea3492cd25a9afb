import Glibc
import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowCore

/// What winnowctl reads of the configuration by itself. The only place here that knows WinnowConfig's reader.
enum ConfigurationReading {
  /// Reads `file` alone, or without it all that the daemon would read.
  static func check(_ file: FilePath?, _ paths: StandardPaths) -> ConfigCheckReport {
    let main = file ?? paths.configuration
    do throws(InvalidConfiguration) {
      let loaded = try ConfigurationFile.load(
        main, mustExist: file != nil || paths.configurationMustExist,
        stateDirectory: file == nil ? paths.stateDirectory : nil)
      try loaded.checkRoots(stateDirectory: paths.stateDirectory)
      try checkKey(of: loaded)
      return ConfigCheckReport(file: main, problems: [], warnings: loaded.warnings)
    } catch {
      return ConfigCheckReport(file: main, problems: error.problems, warnings: [])
    }
  }

  /// Whoever asks may have no right to the key that the daemon reads.
  private static func checkKey(of loaded: LoadedConfiguration) throws(InvalidConfiguration) {
    if let file = loaded.configuration.hooks.webhook?.secretFile,
      file.withPlatformString({ access($0, R_OK) }) != 0, errno == EACCES
    {
      return
    }
    _ = try loaded.webhookKey()
  }

  /// - Throws: all problems as one error.
  static func settings(_ paths: StandardPaths) throws(WinnowError) -> ConfigReply {
    do throws(InvalidConfiguration) {
      let loaded = try ConfigurationFile.load(
        paths.configuration, mustExist: paths.configurationMustExist, stateDirectory: paths.stateDirectory)
      return ConfigReply(settings: loaded.settings.map { .init(key: $0.key, value: $0.value, source: $0.source) })
    } catch {
      throw error.error
    }
  }

  static func doctor(_ paths: StandardPaths) -> DoctorReply.Check {
    let report = check(nil, paths)
    let file = paths.configuration.escaped
    guard let problem = report.problems.first else {
      return .init(code: "configuration", state: .ok, text: "\(file) can be used")
    }
    let count = report.problems.count
    return .init(
      code: "configuration", state: .failed,
      text: count == 1 ? "\(problem)" : "\(file) has \(count) problems, the first: \(problem)",
      remedy: "winnowctl config check lists them all")
  }
}

/// What `config check` found.
struct ConfigCheckReport: Hashable, Sendable {
  let file: FilePath
  let problems: [ConfigurationProblem]
  let warnings: [ConfigurationProblem]

  var ok: Bool { problems.isEmpty }
}

extension ConfigCheckReport: Encodable {
  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(ok, forKey: "ok")
    try fields.encode(problems, forKey: "problems")
    try fields.encode(warnings, forKey: "warnings")
  }
}
