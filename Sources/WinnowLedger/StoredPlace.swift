internal import SystemPackage
internal import WinnowCore

/// A place as the tables hold it: an absolute folder, a name, and how much of the folder is the root.
///
/// Works on bytes: going through `FilePath`'s components costs more than the transaction does.
struct StoredPlace {
  private static let slash = UInt8(ascii: "/")

  var folder: [UInt8]
  var name: [UInt8]
  /// Bytes of `folder`; zero where the root is not known.
  var rootLength: Int64

  init(_ place: Place) throws {
    let root = place.root.bytes
    let relative = place.relative.bytes
    guard root.first == Self.slash, relative.first != Self.slash,
      let stored = StoredPlace(root + (root.count == 1 ? [] : [Self.slash]) + relative, rootLength: root.count)
    else { throw WinnowError(.invalidInput, "\(place.description) is no place of a file") }
    self = stored
  }

  /// With an unknown root; nil unless `absolute` names something below `/`.
  init?(absolute: FilePath) {
    self.init(absolute.bytes, rootLength: 0)
  }

  private init?(_ path: [UInt8], rootLength: Int) {
    guard path.first == Self.slash, let end = path.lastIndex(of: Self.slash), end + 1 < path.count else { return nil }
    folder = Array(path.prefix(max(end, 1)))
    name = Array(path.suffix(from: end + 1))
    self.rootLength = Int64(rootLength)
  }

  /// The place of what the columns hold.
  static func place(folder: [UInt8], name: [UInt8], rootLength: Int64) throws -> Place {
    guard rootLength > 0, rootLength <= folder.count, folder.first == slash, !name.isEmpty else {
      throw LedgerDamage(description: "a path's root is not part of it")
    }
    let below = folder.dropFirst(Int(rootLength)).drop { $0 == slash }
    return Place(
      root: FilePath(bytes: folder.prefix(Int(rootLength))),
      relative: FilePath(bytes: below.isEmpty ? name : Array(below) + [slash] + name))
  }
}
