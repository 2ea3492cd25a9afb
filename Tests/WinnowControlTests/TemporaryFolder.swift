import Glibc
import SystemPackage
import WinnowCore

/// A folder for one test, removed with all that is in it.
final class TemporaryFolder {
  let path: FilePath

  init() throws {
    var template = Array("/tmp/winnow-control-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    path = FilePath(platformString: template)
  }

  deinit { Self.remove(path) }

  func file(_ name: String, _ bytes: [UInt8] = []) throws -> FilePath {
    let file = path.appending(name)
    let descriptor = try FileDescriptor.open(
      file, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
    return file
  }

  var names: [String] { Self.entries(path).map(\.string).sorted() }

  private static func entries(_ folder: FilePath) -> [FilePath] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { return [] }
    defer { closedir(stream) }
    var names: [FilePath] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath(platformString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  private static func remove(_ path: FilePath) {
    if path.withPlatformString({ unlink($0) }) == 0 { return }
    for name in entries(path) { remove(path.pushing(name)) }
    _ = path.withPlatformString { rmdir($0) }
  }
}
