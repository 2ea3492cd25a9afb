import SystemPackage
import WinnowConfig

/// Loads `text` as if it were `winnow.yaml`.
func load(_ text: String) throws(InvalidConfiguration) -> LoadedConfiguration {
  try ConfigurationFile.parse([ConfigurationText(file: "winnow.yaml", role: .main, bytes: Array(text.utf8))])
}

/// The problems of `text`; none when it loads.
func problems(in text: String) -> [ConfigurationProblem] {
  do {
    _ = try load(text)
    return []
  } catch {
    return error.problems
  }
}

/// A main file with one inbox and these further lines in it.
func inbox(_ lines: String...) -> String {
  """
  inboxes:
    camera:
      path: /srv/camera/inbox
      output: /srv/camera/sorted
      model: flowers

  """ + lines.map { "    \($0)\n" }.joined()
}
