/// A place in a configuration file.
public struct SourcePosition: Hashable, Sendable, Codable {
  /// The file's path, for people: bytes that are not UTF-8 are shown as replacement characters.
  public let file: String
  /// Counts from 1.
  public let line: Int
  /// Counts from 1, in Unicode scalars.
  public let column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

extension SourcePosition: CustomStringConvertible {
  /// `FILE:LINE:COLUMN`, as compilers write it.
  public var description: String { "\(file):\(line):\(column)" }
}
