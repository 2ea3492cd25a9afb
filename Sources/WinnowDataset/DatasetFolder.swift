public import SystemPackage
public import WinnowCore
public import WinnowFiles
public import WinnowSupervision

/// The folder of a data set: class folders, or one class's pictures, or `train`, `val` and `test` with class folders in
/// each. Held open; no link is followed below it.
public final class DatasetFolder {
  /// What the folders at its top stand for.
  public enum Layout: String, Hashable, Sendable, Codable {
    /// Pictures, and no folder that could be a class.
    case oneClass = "one_class"
    /// A folder a class. Folders deeper down belong to the class above them.
    case classes
    /// Parts, and in each a folder a class.
    case parts

    /// Part and class of the file at `path`.
    func place(of path: some Collection<UInt8>) -> (part: DatasetPart?, label: [UInt8]?) {
      let steps = path.split(separator: UInt8(ascii: "/"), maxSplits: 2)
      return switch self {
      case .oneClass: (nil, nil)
      case .classes: (nil, steps.count > 1 ? Array(steps[0]) : nil)
      case .parts: (DatasetPart(folder: Array(steps[0])), steps.count > 2 ? Array(steps[1]) : nil)
      }
    }
  }

  /// A class folder, whether or not it holds anything.
  public struct ClassFolder: Hashable, Sendable {
    public var part: DatasetPart?
    public var label: [UInt8]
  }

  /// Something that was not taken up, and why.
  public struct Oddity: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, Codable {
      /// A symbolic link, a pipe, a device.
      case irregular
      /// A folder or a file that could not be looked at.
      case unreadable
    }
    public var kind: Kind
    /// Relative to the data set's folder.
    public var path: FilePath
    /// In words.
    public var reason: String
  }

  public let root: Root
  public let layout: Layout
  public let files: DatasetListing
  /// Sorted by part and name.
  public let classFolders: [ClassFolder]
  /// Sorted by path.
  public let oddities: [Oddity]

  /// What Winnow itself lays beside pictures; never a picture of the data set.
  static let ownFiles: Set<[UInt8]> = Set(
    ["manifest.json", "report.json", "report.html", "decisions.json", "provenance.jsonl"].map { Array($0.utf8) })
  /// Folders at the top that hold what was set aside, not a class.
  static let ownFolders: Set<[UInt8]> = Set(
    ["_left_out", "_review", "_quarantine", "_duplicates"].map { Array($0.utf8) })

  /// Walks the whole folder. Hidden names, unfinished downloads and what Winnow laid there itself are passed over.
  ///
  /// - Throws: what opening it says where `path` is no folder that can be read; `.jobCancelled`.
  public init(opening path: FilePath, cancellation: Cancellation = Cancellation()) throws(WinnowError) {
    do throws(SystemFault) {
      root = try Root(opening: path, on: LinuxFileSystem())
    } catch {
      throw error.about(path.escaped)
    }
    let walk = DatasetWalk(root)
    try walk.run(cancellation)
    layout = walk.layout
    files = walk.listing
    classFolders = walk.classFolders
    oddities = walk.oddities.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
  }

  /// Opens one of its files for reading.
  ///
  /// - Throws: what the file system says, also for what is no regular file any more.
  public func open(_ file: DatasetFile) throws(WinnowError) -> OwnedDescriptor {
    do throws(SystemFault) {
      return OwnedDescriptor(try root.fileSystem.openFile(file.path, in: root.raw))
    } catch {
      throw error.about(file.path.escaped)
    }
  }

  /// The file for a look at it.
  public func subject(_ file: DatasetFile) -> LookSubject {
    LookSubject(name: file.path.escaped) { [self] () throws(WinnowError) in try open(file) }
  }

  /// The files at `indices`, for looks at them one after the other.
  public func subjects(at indices: some Sequence<Int>) -> some Sequence<LookSubject> {
    indices.lazy.map { [self] in subject(files[$0]) }
  }
}
