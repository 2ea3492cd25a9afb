import Foundation
import Glibc
import SystemPackage

/// A folder of one test, removed with its owner. Everybody may look into it: the worker gives up root.
final class TemporaryFolder: Sendable {
  let path: FilePath

  init() throws {
    var template = Array("/tmp/winnow-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, chmod(template, 0o755) == 0 else { throw Errno(rawValue: errno) }
    path = FilePath(platformString: template)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
    let file = path.appending(name)
    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    return file
  }

  /// Everything below, hidden names included, sorted.
  func contents(of name: String) -> [String] {
    (FileManager.default.enumerator(atPath: path.appending(name).string)?.compactMap { $0 as? String } ?? []).sorted()
  }
}
