import Foundation

/// This repository as text, found from the place of this file.
enum Repository {
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
  }

  /// Files below `folder` with one of the endings, relative to the root.
  static func files(below folder: String, endings: Set<String>) throws -> [String] {
    let start = root.appending(path: folder)
    return try FileManager.default.subpathsOfDirectory(atPath: start.path(percentEncoded: false))
      .filter { endings.contains(URL(filePath: $0).pathExtension) }.map { "\(folder)/\($0)" }.sorted()
  }
}
