import Foundation
import Glibc
import SystemPackage
import WinnowCore

/// A folder for the pictures of one test, removed with its owner.
final class Playground: Sendable {
  let path: FilePath

  init() throws {
    let template = FilePath(FileManager.default.temporaryDirectory.path).appending("winnow-dataset-XXXXXX")
    var bytes = (template.bytes + [0]).map(CChar.init(bitPattern:))
    guard mkdtemp(&bytes) != nil else { throw Errno(rawValue: errno) }
    path = FilePath(platformString: bytes)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// Writes a file below the folder, with the folders on the way to it.
  func put(_ relative: FilePath, _ text: String) throws {
    try makeFolder(relative.removingLastComponent())
    let file = try FileDescriptor.open(
      path.pushing(relative), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(text.utf8) }
  }

  func makeFolder(_ relative: FilePath) throws {
    var folder = path
    for step in relative.components {
      folder.append(step)
      guard folder.withPlatformString({ mkdir($0, 0o755) }) == 0 || errno == EEXIST else {
        throw Errno(rawValue: errno)
      }
    }
  }

  func link(_ relative: FilePath, to target: FilePath) throws {
    guard
      target.withPlatformString({ target in path.pushing(relative).withPlatformString { symlink(target, $0) } }) == 0
    else { throw Errno(rawValue: errno) }
  }

  /// Nil where there is no file.
  func text(_ relative: FilePath) -> String? {
    guard let file = try? FileDescriptor.open(path.pushing(relative), .readOnly) else { return nil }
    defer { try? file.close() }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }

  func remove(_ relative: FilePath) { _ = path.pushing(relative).withPlatformString { unlink($0) } }
}
