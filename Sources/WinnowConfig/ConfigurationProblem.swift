/// One thing in the configuration that stops it from being used, or, in a list of warnings, that a person should know.
public struct ConfigurationProblem: Hashable, Sendable, Codable {
  /// The file's path, for people.
  public let file: String
  /// Counts from 1; nil when it is about the file as a whole.
  public let line: Int?
  /// Counts from 1, in Unicode scalars; nil when it is about the file as a whole.
  public let column: Int?
  /// Dotted: `inboxes.camera.threshold`. Empty when no key is concerned.
  public let key: String
  /// One sentence without the place.
  public let message: String
  /// What to write instead.
  public let remedy: String?

  public init(file: String, line: Int?, column: Int?, key: String, message: String, remedy: String?) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
    self.remedy = remedy
  }

  init(at position: SourcePosition, key: String, _ message: String, remedy: String?) {
    self.init(
      file: position.file, line: position.line, column: position.column, key: key, message: message, remedy: remedy)
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `FILE:LINE:COLUMN: KEY: MESSAGE; REMEDY`, leaving out what there is not.
  public var description: String {
    var text = file
    if let line, let column { text += ":\(line):\(column)" }
    if !key.isEmpty { text += ": \(key)" }
    text += ": \(message)"
    if let remedy { text += "; \(remedy)" }
    return text
  }
}
