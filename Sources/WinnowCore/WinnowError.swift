/// What went wrong, with what, and what to do about it.
///
/// The three texts have different readers: `message` is one sentence for the user and names the file, key or
/// argument; `remedy` says what the user can do; `cause` is what the operating system or a library said and goes to
/// the journal.
public struct WinnowError: Error, Hashable, Sendable {
  /// A stable identifier for scripts, in snake case. Modules add theirs in an extension beside the code that throws
  /// them, so a new code breaks nobody.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ rawValue: String) { self.rawValue = rawValue }
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  public let cause: String?

  public init(_ code: Code, _ message: String, remedy: String? = nil, cause: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.cause = cause
  }
}

extension WinnowError.Code {
  /// A value the caller gave is not valid.
  public static let invalidInput = Self("invalid_input")
  /// The thing named does not exist.
  public static let notFound = Self("not_found")
  /// The thing named is there already.
  public static let alreadyExists = Self("already_exists")
  /// The operating system refused an operation.
  public static let systemCall = Self("system_call")
  /// A record or message does not follow its format.
  public static let malformed = Self("malformed")
  /// The caller may not do this.
  public static let notPermitted = Self("not_permitted")
  /// The thing is of a version this program does not know.
  public static let unsupportedVersion = Self("unsupported_version")
}

extension WinnowError {
  /// The sentence with its remedy, for a history row.
  public var sentence: String { remedy.map { "\(message); \($0)" } ?? message }
}

extension WinnowError: CustomStringConvertible {
  /// The sentence for the user, with the remedy behind it.
  public var description: String {
    var text = message
    if let cause { text += " (\(cause))" }
    if let remedy { text += "; \(remedy)" }
    return text
  }
}
