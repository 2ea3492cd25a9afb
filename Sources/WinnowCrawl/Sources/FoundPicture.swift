import SystemPackage
import WinnowCore

/// A picture that a source names, and where it comes from.
struct FoundPicture {
  enum Origin: Hashable {
    case web(WebAddress)
    /// A file of a tree, below the folder that the source reads.
    case file(FilePath)
  }

  var origin: Origin
  /// The page that shows it.
  var page: String?
  var title: String?
  var author: String?
  var licence: String?
  /// For servers that want to know the page.
  var referer: String?

  init(_ origin: Origin) { self.origin = origin }

  /// What it is known by in journal and provenance.
  var key: String {
    switch origin {
    case .web(let address): address.text
    case .file(let path): "file:" + PercentEncoding.path(path.bytes)
    }
  }
}
