import Synchronization
import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowTestSupport

/// What has to be on the disk when all is done. Intruders change it as they act.
final class Expectations: Sendable {
  /// One content and where it may lie.
  struct Content: Sendable {
    var name: String
    /// Any one of these.
    var bytes: Set<[UInt8]>
    /// How many real names it may have.
    var places: ClosedRange<Int> = 1...1
    /// Folders in which it may lie; nil: anywhere.
    var folders: Set<FilePath>?
    /// The one path where it has to be.
    var path: FilePath?
  }

  private struct State: Sendable {
    var contents: [Content] = []
    /// Links, pipes and the like that have to be where they are.
    var specials: [FilePath: FileStatus.Kind] = [:]
    /// Folders that somebody renamed: from, to.
    var renamed: [(FilePath, FilePath)] = []
    /// What symbolic links of Winnow's may name.
    var linked: Set<FilePath> = []
  }

  private let state: Mutex<State>

  init() { state = Mutex(State()) }
  init(copying other: Expectations) { state = Mutex(other.state.withLock { $0 }) }

  func add(_ content: Content) { state.withLock { $0.contents.append(content) } }
  func add(_ kind: FileStatus.Kind, at path: FilePath) { state.withLock { $0.specials[path] = kind } }

  func allowLinks(to path: FilePath) { state.withLock { _ = $0.linked.insert(path) } }

  func change(_ name: String, _ change: @Sendable (inout Content) -> Void) {
    state.withLock { state in
      for index in state.contents.indices where state.contents[index].name == name { change(&state.contents[index]) }
    }
  }

  func renamed(_ folder: FilePath, to target: FilePath) { state.withLock { $0.renamed.append((folder, target)) } }

  /// What is not as it has to be.
  ///
  /// - Parameters:
  ///   - usesPlaceholders: whether an empty file may stand where an open move is to place its picture.
  ///   - isOpen: whether a move of the content of this name has begun and not ended; then it may be in two places and
  ///     under hidden names.
  func problems(among entries: [DiskEntry], usesPlaceholders: Bool, isOpen: (String) -> Bool) -> [String] {
    let (contents, specials, renamed, linked) = state.withLock {
      ($0.contents, $0.specials, $0.renamed, $0.linked)
    }
    var problems: [String] = []
    var places: [String: Int] = [:]
    for entry in entries {
      var path = entry.path
      var wasRenamed = false
      for (from, to) in renamed where path.starts(with: to) {
        var rest = path
        if rest.removePrefix(to) { path = from.pushing(rest) }
        wasRenamed = true
      }
      if entry.kind == .symbolicLink, specials[path] == nil, linked.contains(FilePath(bytes: entry.target)) {
        if HiddenName.isOurs(entry.name), !contents.contains(where: { isOpen($0.name) }) {
          problems.append("left over: \(entry.path)")
        }
        continue
      }
      guard entry.kind == .regular else {
        if specials[path] != entry.kind { problems.append("unexpected \(entry.kind) \(entry.path)") }
        continue
      }
      if HiddenName.isOurs(entry.name) {
        // Nobody can find it again in a folder that was renamed away.
        if !wasRenamed, !contents.contains(where: { isOpen($0.name) }) { problems.append("left over: \(entry.path)") }
        continue
      }
      if usesPlaceholders, entry.bytes.isEmpty, contents.contains(where: { isOpen($0.name) }) { continue }
      guard let content = contents.first(where: { $0.bytes.contains(entry.bytes) }) else {
        problems.append("unknown bytes at \(entry.path): \(String(decoding: entry.bytes, as: UTF8.self))")
        continue
      }
      places[content.name, default: 0] += 1
      if let only = content.path, path != only { problems.append("\(content.name) is at \(path), not at \(only)") }
      if let folders = content.folders, !folders.contains(path.removingLastComponent()) {
        problems.append("\(content.name) is misplaced at \(path)")
      }
    }
    for content in contents {
      let count = places[content.name, default: 0]
      let allowed = content.places
      if count < allowed.lowerBound { problems.append("\(content.name) is in \(count) places, of \(allowed)") }
      if count > allowed.upperBound, !isOpen(content.name) {
        problems.append("\(content.name) is in \(count) places, of \(allowed)")
      }
    }
    let there = Set(entries.filter { $0.kind != .regular }.map(\.path))
    for path in specials.keys where !there.contains(path) && renamed.isEmpty { problems.append("\(path) is gone") }
    return problems
  }
}
