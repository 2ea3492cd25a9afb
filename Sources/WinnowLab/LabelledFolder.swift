import SystemPackage
import WinnowBundle
import WinnowCore
import WinnowDataset
import WinnowImport

/// A data set as a model sees it: which of its classes each picture's folders name.
struct LabelledFolder {
  private let folder: DatasetFolder
  /// Indices by label; a label may stand for several classes.
  private let classes: [String: Set<Int>]

  init(_ folder: DatasetFolder, classes: ClassList) {
    self.folder = folder
    var indices: [String: Set<Int>] = [:]
    for (index, label) in classes.labels.enumerated() { indices[label.text, default: []].insert(index) }
    self.classes = indices
  }

  var pictures: TrialPictures {
    TrialPictures(
      count: folder.files.count, right: { right(folder.files[$0]) },
      isHeldOut: { folder.files[$0].part.map { $0 != .train } ?? false },
      name: { folder.files[$0].path.escaped },
      open: { (index) throws(WinnowError) in try folder.open(folder.files[index]) })
  }

  /// The classes whose label is the path of folders that the file lies in, or the beginning of that path: of
  /// `animal/cat/tabby/1.jpg` the label `animal/cat`. The longest wins.
  private func right(_ file: DatasetFile) -> Set<Int> {
    guard file.label != nil else { return [] }
    var steps = file.path.components.dropLast().map {
      String(decoding: FilePath(root: nil, components: $0).bytes, as: UTF8.self)
    }
    if file.part != nil { steps.removeFirst() }
    while !steps.isEmpty {
      if let found = classes[steps.joined(separator: "/")] { return found }
      steps.removeLast()
    }
    return []
  }
}
