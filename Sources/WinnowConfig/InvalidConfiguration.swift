public import WinnowCore

/// A configuration that cannot be used, with everything that is wrong with it.
public struct InvalidConfiguration: Error, Hashable, Sendable {
  /// By file and position. Never empty.
  public let problems: [ConfigurationProblem]

  public init(problems: [ConfigurationProblem]) { self.problems = problems }

  /// All of it as one error: a line for each problem.
  public var error: WinnowError {
    WinnowError(
      .invalidConfiguration,
      problems.count == 1
        ? "the configuration has a problem: \(problems[0])"
        : "the configuration has \(problems.count) problems:\n"
          + problems.map(\.description).joined(separator: "\n"))
  }
}

extension WinnowError.Code {
  /// The configuration has at least one problem, so none of it is used.
  public static let invalidConfiguration = Self("invalid_configuration")
}

extension InvalidConfiguration: CustomStringConvertible {
  public var description: String { error.description }
}
