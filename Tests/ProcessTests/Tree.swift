import Glibc

/// What lies in some folders, to the byte.
struct Tree: Equatable {
  struct File: Equatable {
    var bytes: [UInt8]
    var mode: UInt32
    /// Nanoseconds since 1970.
    var modified: Int64
    var attributes: [String: [UInt8]]
  }

  /// By path. Hidden names count, folders do not; a link or a pipe has no bytes.
  private(set) var files: [String: File] = [:]
  private(set) var folders: Set<String> = []

  init(_ roots: String...) {
    for root in roots { add(root) }
  }

  private mutating func add(_ folder: String) {
    for name in Files.names(in: folder) {
      let path = folder + "/" + name
      guard let status = Files.status(path) else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        folders.insert(path)
        add(path)
      case S_IFREG:
        files[path] = File(
          bytes: (try? Files.read(path)) ?? [], mode: status.st_mode,
          modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
          attributes: (try? ExtendedAttributes.all(of: path)) ?? [:])
      default: files[path] = File(bytes: [], mode: status.st_mode, modified: 0, attributes: [:])
      }
    }
  }

  /// How often each content is there.
  var contents: [[UInt8]: Int] { Dictionary(files.values.map { ($0.bytes, 1) }, uniquingKeysWith: +) }

  /// Paths below a folder.
  func paths(under folder: String) -> [String] { files.keys.filter { $0.hasPrefix(folder + "/") }.sorted() }
}
