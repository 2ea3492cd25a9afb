import Foundation
import Glibc
public import SystemPackage

/// A folder of one test, removed with its owner. Everybody may look into it: the worker gives up root.
public final class TemporaryFolder: Sendable {
  public let path: FilePath

  public init() throws {
    var template = Array("/tmp/winnow-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, chmod(template, 0o755) == 0 else { throw Errno(rawValue: errno) }
    path = FilePath(platformString: template)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  @discardableResult
  public func folder(_ name: String) throws -> FilePath {
    let folder = path.appending(name)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }

  /// A file with its folders.
  @discardableResult
  public func file(_ name: String, _ bytes: some Sequence<UInt8> = []) throws -> FilePath {
    let file = path.appending(name)
    try folder(FilePath(name).removingLastComponent().string)
    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    return file
  }

  @discardableResult
  public func file(_ name: String, _ text: String) throws -> FilePath { try file(name, Array(text.utf8)) }

  @discardableResult
  public func link(_ name: String, to target: FilePath) throws -> FilePath {
    let link = path.appending(name)
    try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: target.string)
    return link
  }

  /// What a folder holds, hidden names included, sorted.
  public func names(in folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path.appending(folder).string).sorted()
  }

  /// The same with all that is below.
  public func contents(of folder: String = "") -> [String] {
    (FileManager.default.enumerator(atPath: path.appending(folder).string)?.compactMap { $0 as? String } ?? []).sorted()
  }

  public func bytes(of file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path.appending(file).string)))
  }

  public func text(of file: FilePath) throws -> String { try String(contentsOfFile: file.string, encoding: .utf8) }
}
