import SystemPackage
import WinnowCore
import WinnowFiles

/// A picture on its way into the folder, under a hidden name until it counts.
final class Download {
  let file: OwnedDescriptor
  private let folder: Root
  private let name: FilePath
  private var isPlaced = false

  init(in folder: Root) throws(SystemFault) {
    self.folder = folder
    name = FilePath(bytes: HiddenName.prefix + Array(Self.digits().utf8))
    file = OwnedDescriptor(try folder.fileSystem.createFile(name, in: folder.raw, mode: 0o644))
  }

  deinit { discard() }

  /// Whether a file of this name was left by a run that was killed; the journal's name begins in the same way.
  static func isName(_ name: [UInt8]) -> Bool {
    HiddenName.isOurs(name) && name.count == HiddenName.prefix.count + 32
  }

  private static func digits() -> String {
    [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemFault) {
    do {
      _ = try FileDescriptor(rawValue: file.raw).writeAll(bytes)
    } catch {
      throw SystemFault("write", errno: (error as? Errno)?.rawValue ?? 5)
    }
  }

  /// A descriptor of its own for whoever looks at it.
  func reopen() throws(SystemFault) -> OwnedDescriptor {
    OwnedDescriptor(try folder.fileSystem.openFile(name, in: folder.raw))
  }

  /// Makes it durable, then gives it its name, which must be free.
  ///
  /// - Throws: a fault of `isTaken` when the name is not.
  func place(as real: FilePath) throws(SystemFault) {
    try folder.fileSystem.sync(file.raw)
    try folder.fileSystem.renameWithoutReplacing(name, in: folder.raw, to: real, in: folder.raw)
    isPlaced = true
    try folder.fileSystem.sync(folder.raw)
  }

  func discard() {
    guard !isPlaced else { return }
    isPlaced = true
    try? folder.fileSystem.unlink(name, in: folder.raw)
  }
}
