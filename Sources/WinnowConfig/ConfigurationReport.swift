/// Gathers what reading finds: problems, warnings, and each value with its source. One for all files of a load.
final class ConfigurationReport {
  private(set) var problems: [ConfigurationProblem] = []
  private(set) var warnings: [ConfigurationProblem] = []
  private(set) var settings: [ConfigurationSetting] = []
  /// Where each section, inbox and given key stands.
  private(set) var positions: [String: SourcePosition] = [:]

  func add(_ problems: some Sequence<ConfigurationProblem>) { self.problems += problems }

  func problem(at position: SourcePosition, key: String, _ message: String, remedy: String?) {
    problems.append(ConfigurationProblem(at: position, key: key, message, remedy: remedy))
  }

  func warning(at position: SourcePosition, key: String, _ message: String, remedy: String?) {
    warnings.append(ConfigurationProblem(at: position, key: key, message, remedy: remedy))
  }

  func setting(_ key: String, _ value: String?, at position: SourcePosition?) {
    settings.append(ConfigurationSetting(key: key, value: value, position: position))
  }

  func place(_ key: String, at position: SourcePosition) { positions[key] = position }
}
