import FoundationEssentials
public import SystemPackage
public import WinnowCore

/// What a person decided on the page of a cleaned folder: `decisions.json`.
public struct CleaningDecisions: Sendable, Codable {
  public struct Decision: Hashable, Sendable {
    /// Relative to the data set's folder.
    public var file: FilePath
    public var keep: Bool

    public init(file: FilePath, keep: Bool) {
      self.file = file
      self.keep = keep
    }
  }

  public var schema = 1
  public var decisions: [Decision]

  public init(_ decisions: [Decision]) { self.decisions = decisions }

  /// - Parameter json: the file's bytes.
  /// - Throws: `.malformed` for what is no such file.
  public init(json: [UInt8]) throws(WinnowError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(json))
    } catch {
      throw WinnowError(
        .malformed, "this is not a file of decisions",
        remedy: "take the file that the page report.html of the cleaned folder offers", cause: "\(error)")
    }
    guard schema == 1 else {
      throw WinnowError(.unsupportedVersion, "the decisions have schema \(schema), only 1 is known")
    }
  }
}

extension CleaningDecisions.Decision: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: RecordedName.Key.self)
    file = FilePath(bytes: try RecordedName.decode("file", from: container))
    keep = try container.decode(Bool.self, forKey: RecordedName.Key("keep"))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: RecordedName.Key.self)
    try RecordedName.encode(file.bytes, as: "file", into: &container)
    try container.encode(keep, forKey: RecordedName.Key("keep"))
  }
}
