import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// A file that is being written under a hidden name of the folder it is to lie in.
final class Download {
  let name: FilePath
  private(set) var count: Int64 = 0
  private let root: Root
  private let descriptor: OwnedDescriptor
  private var hasher = ContentHasher()
  private var isOver = false

  private static let beginning = HiddenName.prefix + Array("crawl-".utf8)
  private static let ending = Array(".part".utf8)

  /// Makes the file.
  init(in root: Root) throws(SystemFault) {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    name = FilePath(bytes: Self.beginning + Array(number.utf8) + Self.ending)
    self.root = root
    // 0o666 less the umask, as for anything a person makes there.
    descriptor = OwnedDescriptor(try root.fileSystem.createFile(name, in: root.raw, mode: 0o666))
  }

  /// Whether a name is one that `init` gives.
  static func isOurs(_ name: [UInt8]) -> Bool {
    name.starts(with: beginning) && name.reversed().starts(with: ending.reversed())
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemFault) {
    var written = 0
    while written < bytes.count {
      let answer = Glibc.write(descriptor.raw, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if answer < 0, errno == EINTR { continue }
      guard answer > 0 else { throw SystemFault("write", errno: errno) }
      written += answer
    }
    hasher.update(bytes)
    count += Int64(bytes.count)
  }

  func write(_ bytes: [UInt8]) throws(SystemFault) {
    // withUnsafeBytes throws no typed errors here.
    var fault: SystemFault?
    bytes.withUnsafeBytes { bytes in
      do throws(SystemFault) { try write(bytes) } catch { fault = error }
    }
    if let fault { throw fault }
  }

  /// Of all that was written.
  func digest() -> ContentDigest {
    var hasher = hasher
    return hasher.finish()
  }

  func sync() throws(SystemFault) { try root.fileSystem.syncData(descriptor.raw) }

  /// Opens it once more, for reading.
  func open() throws(SystemFault) -> OwnedDescriptor {
    OwnedDescriptor(try root.fileSystem.openFile(name, in: root.raw))
  }

  /// Takes the hidden name away. Repeated, or once it has its own name, nothing happens.
  func discard() {
    if isOver { return }
    isOver = true
    try? root.fileSystem.unlink(name, in: root.raw)
  }

  /// It has its own name now.
  func release() { isOver = true }

  deinit { discard() }
}
