import SystemPackage
import WinnowCore
import WinnowFiles

/// A camera card, or any tree of pictures: copied, never changed.
final class FolderSource: CrawlSource {
  private static let page = 64

  let heedsRobots = false
  let root: Root
  private let scan: FolderScan
  private var isDone = false

  /// - Throws: naming the folder.
  init(_ path: FilePath) throws(WinnowError) {
    do throws(SystemFault) {
      root = try Root(opening: path, on: LinuxFileSystem())
      scan = try FolderScan(root: root, start: FilePath(), recursive: true) { folder in
        folder.lastComponent?.string.first != "."
      }
    } catch {
      throw error.about(path.escaped)
    }
  }

  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]? {
    if isDone { return nil }
    var found: [FoundPicture] = []
    while found.count < Self.page {
      switch scan.next() {
      case .file(let path):
        if !IgnoredNames().ignores(path) { found.append(FoundPicture(.file(path))) }
      case .unreadable(let path, let fault): throw fault.about(path.escaped)
      case nil:
        isDone = true
        return found
      }
    }
    return found
  }
}
