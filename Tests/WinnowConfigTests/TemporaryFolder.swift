import Foundation
import SystemPackage

/// A folder of a test's own, removed at its end.
final class TemporaryFolder {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-config-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  @discardableResult
  func folder(_ name: String) throws -> FilePath {
    let folder = path.appending(name)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }

  @discardableResult
  func file(_ name: String, _ text: String) throws -> FilePath {
    let file = path.appending(name)
    try folder(FilePath(name).removingLastComponent().string)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
    return file
  }

  @discardableResult
  func link(_ name: String, to target: FilePath) throws -> FilePath {
    let link = path.appending(name)
    try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: target.string)
    return link
  }

  func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path.appending(folder).string).sorted()
  }

  func text(of file: FilePath) throws -> String { try String(contentsOfFile: file.string, encoding: .utf8) }
}
