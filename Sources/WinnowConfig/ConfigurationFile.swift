public import SystemPackage
import WinnowCore

/// Reads the configuration: `winnow.yaml`, the inbox files in `inboxes.d` beside it, and those that `inbox add` wrote
/// into the state folder.
///
/// Reading never touches the folders that the configuration names; `LoadedConfiguration.checkRoots` looks at those.
public enum ConfigurationFile {
  /// - Parameters:
  ///   - path: The main file. Without it there are no inboxes and every value is the default.
  ///   - mustExist: Whether a missing main file is a problem, as when a person named it.
  ///   - stateDirectory: Holds the inboxes of `inbox add`; nil leaves these out.
  ///   - addition: An inbox to check together with all others, before it is stored.
  /// - Throws: Every problem of every file.
  public static func load(
    _ path: FilePath, mustExist: Bool = false, stateDirectory: FilePath? = nil, adding addition: InboxAddition? = nil
  ) throws(InvalidConfiguration) -> LoadedConfiguration {
    let report = ConfigurationReport()
    var texts: [ConfigurationText] = []
    if let text = read(path, role: .main, report) {
      texts.append(text)
    } else if mustExist, report.problems.isEmpty {
      report.add([fault(path, "the file does not exist", remedy: "create it, or name another with --config")])
    }
    var folders = [path.removingLastComponent().appending("inboxes.d")]
    if let stateDirectory { folders.append(ConfigurationStore(stateDirectory: stateDirectory).folder) }
    for folder in folders {
      do throws(WinnowError) {
        let files = try ConfigurationText.files(in: folder)
        texts += files.compactMap { read($0, role: .inboxes, report) }
      } catch {
        report.add([fault(folder, error)])
      }
    }
    if let addition { texts.append(addition.text(in: stateDirectory ?? "")) }
    return try parse(texts, report)
  }

  /// Reads texts that are at hand, in the order given; of the main role there is at most one.
  ///
  /// - Throws: Every problem of every text.
  public static func parse(_ texts: [ConfigurationText]) throws(InvalidConfiguration) -> LoadedConfiguration {
    try parse(texts, ConfigurationReport())
  }

  private static func parse(
    _ texts: [ConfigurationText], _ report: ConfigurationReport
  ) throws(InvalidConfiguration) -> LoadedConfiguration {
    let main = texts.first { $0.role == .main }.flatMap { $0.document(report: report) }
    var configuration = DaemonConfiguration(root: main, report: report)
    var files = texts.filter { $0.role == .main }.map(\.file)
    var origins: [String: FilePath] = [:]
    for inbox in configuration.inboxes { origins[inbox.name] = files.first }
    for text in texts where text.role == .inboxes {
      files.append(text.file)
      let root = text.document(report: report)
      var top = SectionReader(key: "", node: root, at: root?.position, report: report)
      var section = top.section("inboxes")
      for inbox in InboxConfiguration.readAll(&section, taken: origins) {
        origins[inbox.name] = text.file
        configuration.inboxes.append(inbox)
      }
      top.finish(remedy: "files in inboxes.d hold inboxes and nothing else; put it into winnow.yaml")
    }
    guard report.problems.isEmpty else { throw InvalidConfiguration(problems: inFileOrder(report.problems)) }
    return LoadedConfiguration(
      configuration: configuration, warnings: inFileOrder(report.warnings), settings: report.settings, files: files,
      origins: origins, positions: report.positions)
  }

  /// By place within each file, the files in the order in which they were first mentioned.
  private static func inFileOrder(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
    var order: [String: Int] = [:]
    for problem in problems where order[problem.file] == nil { order[problem.file] = order.count }
    return problems.sorted { left, right in
      (order[left.file] ?? 0, left.line ?? 0, left.column ?? 0)
        < (order[right.file] ?? 0, right.line ?? 0, right.column ?? 0)
    }
  }

  private static func read(
    _ path: FilePath, role: ConfigurationText.Role, _ report: ConfigurationReport
  ) -> ConfigurationText? {
    do throws(WinnowError) {
      return try ConfigurationText(reading: path, role: role)
    } catch {
      report.add([fault(path, error)])
      return nil
    }
  }

  private static func fault(_ path: FilePath, _ error: WinnowError) -> ConfigurationProblem {
    fault(path, error.message + (error.cause.map { " (\($0))" } ?? ""), remedy: error.remedy)
  }

  private static func fault(_ path: FilePath, _ message: String, remedy: String?) -> ConfigurationProblem {
    ConfigurationProblem(file: path.escaped, line: nil, column: nil, key: "", message: message, remedy: remedy)
  }
}
