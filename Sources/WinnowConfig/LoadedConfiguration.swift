public import SystemPackage
import WinnowCore

/// A configuration that can be used, with what there is to say about it.
public struct LoadedConfiguration: Sendable {
  public let configuration: DaemonConfiguration
  /// What is right and yet worth knowing, such as a key that has no effect in this version.
  public let warnings: [ConfigurationProblem]
  /// Every value in force with its source, in the order of the documentation, inboxes last.
  public let settings: [ConfigurationSetting]
  /// The files that were read, the main one first.
  public let files: [FilePath]
  private let origins: [String: FilePath]
  private let positions: [String: SourcePosition]

  init(
    configuration: DaemonConfiguration, warnings: [ConfigurationProblem], settings: [ConfigurationSetting],
    files: [FilePath], origins: [String: FilePath], positions: [String: SourcePosition]
  ) {
    self.configuration = configuration
    self.warnings = warnings
    self.settings = settings
    self.files = files
    self.origins = origins
    self.positions = positions
  }

  /// The file that defines an inbox; nil when there is no inbox of that name.
  public func file(ofInbox name: String) -> FilePath? { origins[name] }

  /// Where a key stands; for a default, where the map stands that would hold it. Nil when neither is in a file.
  public func position(of key: String) -> SourcePosition? {
    var key = key[...]
    while true {
      if let position = positions[String(key)] { return position }
      guard let dot = key.lastIndex(of: ".") else { return nil }
      key = key[..<dot]
    }
  }

  /// Looks at the folders that the inboxes name, and refuses those that overlap.
  ///
  /// - Throws: Every overlap, at the place of its key.
  public func checkRoots(stateDirectory: FilePath) throws(InvalidConfiguration) {
    let roots = ConfiguredRoot.all(of: configuration, stateDirectory: stateDirectory)
    let located = roots.map { LocatedRoot(root: $0, location: RootLocation(reading: $0.path)) }
    let problems = RootOverlap.conflicts(among: located).map { conflict in
      let position = position(of: conflict.key)
      return ConfigurationProblem(
        file: position?.file ?? files.first?.escaped ?? "", line: position?.line, column: position?.column,
        key: conflict.key, message: conflict.message, remedy: conflict.remedy)
    }
    guard problems.isEmpty else { throw InvalidConfiguration(problems: problems) }
  }
}
