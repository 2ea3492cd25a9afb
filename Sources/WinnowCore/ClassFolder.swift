public import SystemPackage

/// The folder of one class below an output.
public struct ClassFolder: Hashable, Sendable {
  /// What its name, or its names from level to level, say.
  public var label: String
  /// Relative to the output, down to the level that the class names.
  public var folder: FilePath

  public init(label: String, folder: FilePath) {
    self.label = label
    self.folder = folder
  }
}

extension DestinationTemplate {
  /// Pictures of `duplicates: separate` lie below it as others do below the output.
  private static let duplicatesFolder = FilePath("_duplicates")
  private static let ownFolders: Set<FilePath> = ["_review", "_quarantine", "_duplicates"]

  /// The class folder that `folder`, relative to the output, is or lies in: `folder(label:facts:)` the other way round.
  ///
  /// Nil where it lies above the level of classes, is one of Winnow's own folders, or has a name that is no text.
  public func classFolder(of folder: FilePath) -> ClassFolder? {
    var components = Array(folder.components)
    var skipped = FilePath()
    if let first = components.first, FilePath(root: nil, [first]) == Self.duplicatesFolder {
      skipped = Self.duplicatesFolder
      components.removeFirst()
    }
    if let first = components.first, Self.ownFolders.contains(FilePath(root: nil, [first])) { return nil }
    guard let level = levels.firstIndex(where: { $0.contains(.field(.class)) }),
      let range = classLevels(at: level, of: components.count)
    else { return nil }
    let bytes = FilePath(root: nil, components[range]).bytes
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    return ClassFolder(
      label: Self.label(of: text, written: levels[level]),
      folder: skipped.pushing(FilePath(root: nil, components[..<range.upperBound])))
  }

  /// The label as its folder shows it: with the characters replaced that no folder can have.
  public func shown(_ label: String) -> String {
    let facts = Facts(inbox: "", subfolder: FilePath(), camera: nil, taken: Timestamp(nanoseconds: 0))
    return classFolder(of: folder(label: label, facts: facts))?.label ?? label
  }

  /// Which of `count` levels the class names. A class tree may take several where no other level is open in number.
  private func classLevels(at level: Int, of count: Int) -> Range<Int>? {
    func isOpen(_ levels: ArraySlice<[Piece]>) -> Bool { levels.contains([.field(.subdir)]) }
    let after = levels.count - level - 1
    let start: Int
    let end: Int
    if isOpen(levels[..<level]) {
      end = count - after
      start = end - 1
    } else {
      start = level
      let isTree = levels[level] == [.field(.class)] && !isOpen(levels[(level + 1)...])
      end = isTree ? max(start + 1, count - after) : start + 1
    }
    return start >= 0 && start < end && end <= count ? start..<end : nil
  }

  /// `text` without what the template writes around the class.
  private static func label(of text: String, written pieces: [Piece]) -> String {
    var before = ""
    var after = ""
    var isPastClass = false
    for piece in pieces {
      switch piece {
      case .field(.class): isPastClass = true
      case .text(let literal): if isPastClass { after += literal } else { before += literal }
      // A date or a camera in the same name cannot be told from the class.
      case .field: return text
      }
    }
    guard text.hasPrefix(before), text.hasSuffix(after), text.count > before.count + after.count else { return text }
    return String(text.dropFirst(before.count).dropLast(after.count))
  }
}
