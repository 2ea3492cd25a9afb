public import SystemPackage

/// Where below the output folder a picture goes: `{class}`, `{class}/{year}/{month}`.
public struct DestinationTemplate: Hashable, Sendable {
  /// What a template can speak of besides the class.
  public struct Facts: Hashable, Sendable {
    public var inbox: String
    /// Folder below the inbox in which the picture lay.
    public var subfolder: FilePath
    public var camera: String?
    /// EXIF capture time, else the file's modification time.
    public var taken: Timestamp
    /// The file's own name.
    public var name: [UInt8]

    public init(inbox: String, subfolder: FilePath, camera: String?, taken: Timestamp, name: [UInt8] = []) {
      self.inbox = inbox
      self.subfolder = subfolder
      self.camera = camera
      self.taken = taken
      self.name = name
    }
  }

  public enum Field: String, CaseIterable, Sendable {
    case `class`, year, month, day, camera, subdir, inbox, name, ext
  }

  enum Piece: Hashable, Sendable {
    case text(String)
    case field(Field)
  }

  public let text: String
  let levels: [[Piece]]

  /// - Throws: `.invalidInput` for an unknown field, an unclosed brace, a level that is empty, `.` or `..`.
  public init(_ text: String) throws(WinnowError) {
    func invalid(_ why: String) -> WinnowError {
      let fields = Field.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
      return WinnowError(.invalidInput, "the template \"\(text)\" \(why)", remedy: "use \(fields)")
    }
    var levels: [[Piece]] = []
    for level in text.split(separator: "/", omittingEmptySubsequences: false) {
      guard !level.isEmpty, level != ".", level != ".." else { throw invalid("has a level that is no folder name") }
      var pieces: [Piece] = []
      var rest = level
      while let open = rest.firstIndex(of: "{") {
        if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
        guard let close = rest[open...].firstIndex(of: "}") else { throw invalid("has a brace that is not closed") }
        let name = rest[rest.index(after: open)..<close]
        guard let field = Field(rawValue: String(name)) else { throw invalid("names an unknown field {\(name)}") }
        pieces.append(.field(field))
        rest = rest[rest.index(after: close)...]
      }
      if !rest.isEmpty { pieces.append(.text(String(rest))) }
      levels.append(pieces)
    }
    self.text = text
    self.levels = levels
  }

  /// The folder below the output, without `.`, `..` or an absolute beginning, whatever label and camera say.
  public func folder(label: String, facts: Facts) -> FilePath {
    var path = FilePath()
    for pieces in levels {
      // A class tree and a sub-folder bring levels of their own.
      if pieces == [.field(.class)] {
        for level in label.split(separator: "/") { path.push(Self.component(Array(level.utf8))) }
      } else if pieces == [.field(.subdir)] {
        for component in facts.subfolder.components {
          path.push(Self.component(FilePath(root: nil, [component]).bytes))
        }
      } else {
        let bytes = pieces.flatMap { piece -> [UInt8] in
          switch piece {
          case .text(let text): Array(text.utf8)
          case .field(let field): Self.value(of: field, label: label, facts: facts)
          }
        }
        path.push(Self.component(bytes))
      }
    }
    return path
  }

  private static func value(of field: Field, label: String, facts: Facts) -> [UInt8] {
    let date = CivilDate(facts.taken)
    let text: String
    switch field {
    case .class: text = label
    case .year: text = padded(date.year, to: 4)
    case .month: text = padded(date.month, to: 2)
    case .day: text = padded(date.day, to: 2)
    case .camera: text = facts.camera.flatMap { $0.isEmpty ? nil : $0 } ?? "unknown camera"
    case .subdir: text = facts.subfolder.components.map(\.string).joined(separator: " ")
    case .inbox: text = facts.inbox
    case .name:
      let (stem, _) = split(facts.name)
      return stem.isEmpty ? Array("unnamed".utf8) : stem
    case .ext:
      let (_, ending) = split(facts.name)
      return ending.isEmpty ? Array("no ending".utf8) : ending.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }
    return Array(text.utf8)
  }

  /// A name without its ending, and the ending without its dot. A dot at the front begins none.
  private static func split(_ name: [UInt8]) -> (stem: [UInt8], ending: [UInt8]) {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return (name, []) }
    return (Array(name[..<dot]), Array(name[(dot + 1)...]))
  }

  private static func padded(_ number: Int, to width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  /// The longest name that Linux file systems take, in bytes.
  private static let longestName = 255

  /// One safe folder name: slashes, control bytes and a dot at the front become `_`, as do names that are no names.
  private static func component(_ bytes: [UInt8]) -> FilePath {
    var name = bytes.map { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
    if name.count > longestName {
      var cut = name.prefix(longestName)
      // Never inside a character: at most three bytes of UTF-8 follow the first.
      if name[longestName] & 0xC0 == 0x80 {
        while let last = cut.last, last & 0xC0 == 0x80, cut.count > longestName - 4 { cut = cut.dropLast() }
        cut = cut.dropLast()
      }
      name = Array(cut)
    }
    if name.isEmpty || name == Array(".".utf8) || name == Array("..".utf8) { name = Array("_".utf8) }
    // A hidden folder would take pictures out of sight.
    if name.first == UInt8(ascii: ".") { name[0] = UInt8(ascii: "_") }
    return FilePath(bytes: name)
  }
}
