public import SystemPackage
public import WinnowCore

/// An inbox as `inbox add` names it; everything else follows the defaults.
public struct InboxAddition: Hashable, Sendable {
  public var name: String
  public var path: FilePath
  public var output: FilePath
  public var model: ModelReference
  /// Nil follows the default.
  public var threshold: ConfidenceThreshold?

  public init(
    name: String, path: FilePath, output: FilePath, model: ModelReference, threshold: ConfidenceThreshold? = nil
  ) {
    self.name = name
    self.path = path
    self.output = output
    self.model = model
    self.threshold = threshold
  }

  /// The inbox file that says so.
  func text(in stateDirectory: FilePath) -> ConfigurationText {
    var lines = [
      "# Written by `winnowctl inbox add`; `winnowctl inbox remove` removes it.", "inboxes:",
      "  \(YAMLText.quoted(name)):", "    path: \(YAMLText.scalar(for: path))",
      "    output: \(YAMLText.scalar(for: output))", "    model: \(model)",
    ]
    if let threshold { lines.append("    threshold: \(threshold)") }
    return ConfigurationText(
      file: ConfigurationStore(stateDirectory: stateDirectory).file(ofInbox: name), role: .inboxes,
      bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
  }
}
