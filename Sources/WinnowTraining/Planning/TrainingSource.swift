import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowDataset
import WinnowFiles

/// The pictures that a training may use: those of a folder, then those of an inbox to which people gave a class.
final class TrainingSource {
  private let folder: DatasetFolder?
  private let sorted: [SortedPicture]
  private let fileSystem = LinuxFileSystem()
  private var roots: [FilePath: Root] = [:]

  /// - Throws: `.oneClass` for a folder without class folders, where nothing else tells the classes.
  init(_ folder: DatasetFolder?, sorted: [SortedPicture]) throws(WinnowError) {
    if let folder, folder.layout == .oneClass, sorted.isEmpty {
      throw WinnowError(
        .oneClass, "\(folder.root.path.escaped) holds no folders that could be classes",
        remedy: "make a folder a class, at least two, and put the pictures into them")
    }
    self.folder = folder
    self.sorted = sorted
  }

  private var folderCount: Int { folder?.files.count ?? 0 }
  var count: Int { folderCount + sorted.count }

  /// Whether a person gave the picture its class in an inbox.
  func isSorted(_ index: Int) -> Bool { index >= folderCount }

  /// Nil for a file in no class folder.
  ///
  /// - Throws: `.invalidInput` for a folder whose name is no text.
  func label(_ index: Int) throws(WinnowError) -> String? {
    guard !isSorted(index) else { return sorted[index - folderCount].label }
    guard let bytes = folder?.files[index].label else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw WinnowError(
        .invalidInput, "the name of the class folder \(FilePath(bytes: bytes).escaped) is no UTF-8",
        remedy: "give it another name")
    }
    return text
  }

  func part(_ index: Int) -> DatasetPart? { isSorted(index) ? nil : folder?.files[index].part }

  /// Escaped, for people.
  func name(_ index: Int) -> String { path(index).escaped }

  private func path(_ index: Int) -> FilePath {
    guard !isSorted(index) else {
      let picture = sorted[index - folderCount]
      return picture.root.pushing(picture.path)
    }
    return folder?.files[index].path ?? FilePath()
  }

  /// By which a picture is told from others, whatever their order.
  func key(_ index: Int) -> [UInt8] { path(index).bytes }

  func open(_ index: Int) throws(WinnowError) -> OwnedDescriptor {
    if let folder, !isSorted(index) { return try folder.open(folder.files[index]) }
    let picture = sorted[index - folderCount]
    do throws(SystemFault) {
      let root: Root
      if let known = roots[picture.root] {
        root = known
      } else {
        root = try Root(opening: picture.root, on: fileSystem)
        roots[picture.root] = root
      }
      return OwnedDescriptor(try fileSystem.openFile(picture.path, in: root.raw))
    } catch {
      throw error.about(name(index))
    }
  }

  /// All of them, for looks one after the other.
  var subjects: some Sequence<LookSubject> {
    (0..<count).lazy.map { [self] index in
      LookSubject(name: name(index)) { [self] () throws(WinnowError) in try open(index) }
    }
  }

  /// Names of class folders without a picture, given those with one.
  func emptyClasses(besides names: Set<String>) -> [String] {
    Set((folder?.classFolders ?? []).map { String(decoding: $0.label, as: UTF8.self) }).subtracting(names).sorted()
  }
}
