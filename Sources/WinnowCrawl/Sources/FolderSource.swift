import SystemPackage
import WinnowCore
import WinnowFiles

/// A camera card or a tree of pictures, which are copied. Links are not followed, hidden names passed over, and the
/// folder that pictures are saved in too, should it lie inside.
final class FolderSource: PictureSource {
  let root: Root
  private let scan: FolderScan

  private static let batch = 200

  var kind: SourceKind { .folder }

  init(_ path: FilePath, avoiding target: FileStatus) throws(WinnowError) {
    do throws(SystemFault) {
      let root = try Root(opening: path, on: LinuxFileSystem())
      self.root = root
      if root.status.isSameFile(as: target) {
        throw SystemFault("copy from", errno: Self.sameFolderErrno)
      }
      scan = try FolderScan(root: root, recursive: true) { folder in
        guard !Self.isHidden(folder) else { return false }
        let status = try? root.fileSystem.status(of: folder, in: root.raw)
        return status.map { !$0.isSameFile(as: target) } ?? true
      }
    } catch {
      if error.errno == Self.sameFolderErrno {
        throw WinnowError(
          .invalidInput, "\(path.escaped) is the very folder that pictures are to be saved in",
          remedy: "choose another folder with --into")
      }
      throw error.about(path.escaped)
    }
  }

  func next() throws(WinnowError) -> [PictureCandidate]? {
    var candidates: [PictureCandidate] = []
    while candidates.count < Self.batch, let entry = scan.next() {
      switch entry {
      case .file(let path):
        guard !Self.isHidden(path), let status = try? root.fileSystem.status(of: path, in: root.raw),
          status.kind == .regular
        else { continue }
        candidates.append(
          PictureCandidate(file: path, url: url(path), size: status.size, modified: status.modified))
      case .unreadable(let path, _): candidates.append(PictureCandidate(unusable: url(path), .unreadable))
      }
    }
    return candidates.isEmpty ? nil : candidates
  }

  private func url(_ path: FilePath) -> String { "file:" + PercentEncoding.path(root.path.pushing(path).bytes) }

  private static func isHidden(_ path: FilePath) -> Bool {
    path.lastComponent.map { FilePath(root: nil, components: $0).bytes.first == UInt8(ascii: ".") } ?? false
  }

  /// Not of the kernel's making.
  private static let sameFolderErrno = Int32.max - 2
}
