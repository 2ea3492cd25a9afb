public import SystemPackage
public import WinnowCore

/// Which moves to take back, or with a redo to repeat.
public struct UndoRequest: Hashable, Sendable {
  public enum Selection: Hashable, Sendable {
    /// Any path each picture ever had.
    case files([FilePath])
    case run(String)
    case since(Timestamp)
    case all
    /// What the last undo took back; for a redo alone.
    case last
  }

  public var selection: Selection
  public var dryRun: Bool

  public init(_ selection: Selection, dryRun: Bool = false) {
    self.selection = selection
    self.dryRun = dryRun
  }
}

/// One of `files`, `run`, `since`, `all` and `last` is there.
extension UndoRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    var selections: [Selection] = []
    if fields.contains("files") { selections.append(.files(try fields.decode(pathsForKey: "files"))) }
    if let run = try fields.decodeIfPresent(String.self, forKey: "run") { selections.append(.run(run)) }
    if let since = try fields.decodeIfPresent(Timestamp.self, forKey: "since") { selections.append(.since(since)) }
    if try fields.decodeIfPresent(Bool.self, forKey: "all") ?? false { selections.append(.all) }
    if try fields.decodeIfPresent(Bool.self, forKey: "last") ?? false { selections.append(.last) }
    guard selections.count == 1, let selection = selections.first else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "one of files, run, since, all and last is needed"))
    }
    self.selection = selection
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: "dry_run") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    switch selection {
    case .files(let files): try fields.encode(paths: files, forKey: "files")
    case .run(let run): try fields.encode(run, forKey: "run")
    case .since(let time): try fields.encode(time, forKey: "since")
    case .all: try fields.encode(true, forKey: "all")
    case .last: try fields.encode(true, forKey: "last")
    }
    try fields.encode(dryRun, forKey: "dry_run")
  }
}
