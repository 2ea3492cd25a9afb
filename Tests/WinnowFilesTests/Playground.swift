import Foundation
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowTestSupport

/// A folder to try a file system in, real or simulated, and the hands to prepare it.
protocol Playground {
  var fileSystem: any FileSystem { get }
  var root: FilePath { get }
  /// A folder on another file system.
  var other: FilePath { get }
  func put(_ path: FilePath, _ bytes: [UInt8]) throws
  func putFolder(_ path: FilePath) throws
  func putLink(_ path: FilePath, to target: FilePath) throws
  func putPipe(_ path: FilePath) throws
  /// Nil when there is nothing.
  func bytes(at path: FilePath) -> [UInt8]?
}

/// Which of the two.
enum Ground: String, CaseIterable, Sendable {
  case simulated, real

  func make() throws -> any Playground {
    switch self {
    case .simulated: try SimulatedPlayground()
    case .real: try RealPlayground()
    }
  }
}

struct SimulatedPlayground: Playground {
  let disk = SimulatedDisk()
  let root: FilePath = "/ground"
  let other: FilePath = "/other"

  init() throws {
    try disk.mount(root)
    try disk.mount(other)
  }

  var fileSystem: any FileSystem { disk }
  func put(_ path: FilePath, _ bytes: [UInt8]) throws { try disk.makeFile(path, bytes) }
  func putFolder(_ path: FilePath) throws { try disk.makeFolders(path) }
  func putLink(_ path: FilePath, to target: FilePath) throws { try disk.makeLink(path, to: target) }
  func putPipe(_ path: FilePath) throws { try disk.makeSpecial(.pipe, path) }
  func bytes(at path: FilePath) -> [UInt8]? { disk.entry(path)?.bytes }
}

/// In the temporary folder; the other file system is the one of shared memory, and both go with the playground.
final class RealPlayground: Playground {
  let fileSystem: any FileSystem = LinuxFileSystem()
  let root: FilePath
  let other: FilePath

  /// Whether this machine has two file systems to write to.
  static let hasTwoFileSystems: Bool = {
    var first = stat()
    var second = stat()
    return stat(FileManager.default.temporaryDirectory.path, &first) == 0 && stat("/dev/shm", &second) == 0
      && first.st_dev != second.st_dev && access("/dev/shm", W_OK) == 0
  }()

  init() throws {
    let name = "winnow-files-\(UUID().uuidString)"
    root = FilePath(FileManager.default.temporaryDirectory.path).appending(name)
    other = Self.hasTwoFileSystems ? FilePath("/dev/shm").appending(name) : root.appending("other")
    try putFolder(root)
    try putFolder(other)
  }

  deinit {
    for folder in [root, other] { try? FileManager.default.removeItem(atPath: folder.string) }
  }

  func put(_ path: FilePath, _ bytes: [UInt8]) throws {
    let file = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    guard file >= 0 else { throw SystemFault("create", errno: errno) }
    defer { close(file) }
    guard bytes.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == bytes.count else {
      throw SystemFault("write", errno: errno)
    }
  }

  func putFolder(_ path: FilePath) throws {
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  func putLink(_ path: FilePath, to target: FilePath) throws {
    let answer = path.withPlatformString { path in target.withPlatformString { symlink($0, path) } }
    if answer != 0 { throw SystemFault("link", errno: errno) }
  }

  func putPipe(_ path: FilePath) throws {
    if path.withPlatformString({ mkfifo($0, 0o600) }) != 0 { throw SystemFault("make a pipe", errno: errno) }
  }

  func bytes(at path: FilePath) -> [UInt8]? { FileManager.default.contents(atPath: path.string).map(Array.init) }
}
