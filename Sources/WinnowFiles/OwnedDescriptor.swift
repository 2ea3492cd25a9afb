import CWinnowLinux

/// An open descriptor with one owner. It is closed when the owner goes, whatever the way.
public struct OwnedDescriptor: ~Copyable, Sendable {
  /// Valid as long as this value lives; never close it.
  public private(set) var raw: Int32
  private let fileSystem: (any FileSystem)?

  /// Takes over a descriptor of the kernel.
  public init(_ raw: Int32) {
    self.raw = raw
    fileSystem = nil
  }

  /// Takes over a descriptor that `fileSystem` handed out.
  init(_ raw: Int32, of fileSystem: any FileSystem) {
    self.raw = raw
    self.fileSystem = fileSystem
  }

  deinit { if raw >= 0 { Self.close(raw, of: fileSystem) } }

  /// Closes at once.
  public consuming func close() {}

  /// Hands the descriptor over to somebody else, who must close it.
  public consuming func take() -> Int32 {
    let taken = raw
    raw = -1
    return taken
  }

  private static func close(_ raw: Int32, of fileSystem: (any FileSystem)?) {
    if let fileSystem {
      fileSystem.close(raw)
    } else {
      _ = cwinnow_close(raw)
    }
  }
}
