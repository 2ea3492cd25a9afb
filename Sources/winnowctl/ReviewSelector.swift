import ArgumentParser
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

/// Pictures in review as a person names them.
struct ReviewSelector: ExpressibleByArgument, Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case file(FileArgument)
    case numbers(ClosedRange<Int64>)
    /// A shell pattern in bytes; one with a `/` is compared with the whole path, any other with the name.
    case pattern([UInt8])
  }

  let kind: Kind
  private let text: String

  /// What is there as a file is meant as one, whatever else its name could mean.
  init?(argument: String) {
    guard let file = FileArgument(argument: argument) else { return nil }
    text = argument
    var status = stat()
    let isThere = file.path.withPlatformString { lstat($0, &status) } == 0
    if !isThere, let numbers = Self.numbers(argument) {
      kind = .numbers(numbers)
    } else if !isThere, argument.contains(where: { "*?[".contains($0) }) {
      kind = .pattern((argument.contains("/") ? file.absolute : file.path).bytes)
    } else {
      kind = .file(file)
    }
  }

  private static func numbers(_ text: String) -> ClosedRange<Int64>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let first = Int64(parts[0]), let last = Int64(parts[parts.count - 1]), first <= last
    else { return nil }
    return first...last
  }

  func selects(_ row: ReviewRow) -> Bool {
    switch kind {
    case .file(let file): return row.file == file.absolute
    case .numbers(let numbers): return numbers.contains(row.number)
    case .pattern(let pattern):
      let isPath = pattern.contains(UInt8(ascii: "/"))
      let name = isPath ? row.file.bytes : row.file.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? []
      return Self.matches(pattern, name, isPath: isPath)
    }
  }

  private static func matches(_ pattern: [UInt8], _ name: [UInt8], isPath: Bool) -> Bool {
    func text(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }
    return fnmatch(text(pattern), text(name), isPath ? FNM_PATHNAME : 0) == 0
  }

  /// The files that the selectors mean, each once. Asks what is in review only where files are not named.
  ///
  /// - Throws: `.notFound` for a selector that means nothing.
  static func files(of selectors: [ReviewSelector], asking client: ControlClient) throws(WinnowError) -> [FilePath] {
    var files: [FilePath] = []
    var seen: Set<FilePath> = []
    var rows: [ReviewRow]?
    for selector in selectors {
      var meant: [FilePath] = []
      if case .file(let file) = selector.kind {
        meant = [file.absolute]
      } else {
        if rows == nil { rows = try Self.rows(client) }
        meant = (rows ?? []).filter(selector.selects).map(\.file)
      }
      guard !meant.isEmpty else {
        throw WinnowError(.notFound, "no picture in review is \"\(selector.text)\"", remedy: "see `winnowctl review`")
      }
      for file in meant where seen.insert(file).inserted { files.append(file) }
    }
    return files
  }

  private static func rows(_ client: ControlClient) throws(WinnowError) -> [ReviewRow] {
    var rows: [ReviewRow] = []
    for kind in [ReviewQuery.Kind.waiting, .skipped, .sample] {
      try client.stream(.reviewList, query: ReviewQuery(kind: kind).query, of: ReviewRow.self) {
        (row) throws(WinnowError) in
        rows.append(row)
        return true
      }
    }
    return rows
  }
}
