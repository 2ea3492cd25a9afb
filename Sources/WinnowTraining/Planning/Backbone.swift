import WinnowBundle
import WinnowCore
import WinnowGraph

/// Which model's network looks at the pictures of a training.
///
/// Unless somebody names one, it is never a network that was taught itself: such a one knows pictures that are to judge
/// what comes of it, and all figures, the temperature and the thresholds would be too good.
struct Backbone {
  private let settings: TrainingSettings
  private let library: ModelLibrary

  init(_ settings: TrainingSettings, in library: ModelLibrary) {
    self.settings = settings
    self.library = library
  }

  /// - Throws: `.notFound` that says how to name one, or make one; what is wrong with a bundle.
  func bundle() throws(WinnowError) -> ModelBundle {
    if let name = settings.backbone { return try library.bundle(try ModelReference(name)) }
    if let architecture = settings.architecture { return try newest(of: try Architecture(named: architecture)) }
    let names = try library.names()
    if names.contains(settings.name) { return try origin(of: try library.bundle(try ModelReference(settings.name))) }
    guard let only = names.first, names.count == 1 else {
      throw WinnowError(
        .notFound,
        names.isEmpty
          ? "there is no model whose network could look at the pictures"
          : "which model's network is to look at the pictures? There are \(names.joined(separator: ", "))",
        remedy: names.isEmpty
          ? "import one that was trained on many pictures: winnowctl model import" : "name one with --backbone")
    }
    return try library.bundle(try ModelReference(only))
  }

  /// The newest model of an architecture; of the name that is trained, where there is one.
  private func newest(of architecture: Architecture) throws(WinnowError) -> ModelBundle {
    var bundles: [ModelBundle] = []
    for entry in try library.list().entries where entry.bundle.manifest.architecture == architecture.name {
      if try !isTaught(entry.bundle) { bundles.append(entry.bundle) }
    }
    let own = bundles.filter { $0.manifest.name == settings.name }
    guard let newest = (own.isEmpty ? bundles : own).max(by: { $0.manifest.created < $1.manifest.created }) else {
      throw WinnowError(
        .notFound, "there is no model of the architecture \(architecture.name) to start from",
        remedy: "make one of its pretrained weights: winnowctl model pull \(architecture.name) --from FILE")
    }
    return newest
  }

  /// The model that a line of versions began with: the first whose network was not taught.
  private func origin(of bundle: ModelBundle) throws(WinnowError) -> ModelBundle {
    var bundle = bundle
    while try isTaught(bundle) {
      guard let parent = bundle.manifest.parent,
        let earlier = try? library.bundle(ModelReference(name: parent.name, version: parent.version))
      else {
        throw WinnowError(
          .notFound, "\(bundle.model) was fine-tuned, and the model that it began with is not there any more",
          remedy: "name a model to start from with --backbone or --arch; \(bundle.model) itself may be named too")
      }
      bundle = earlier
    }
    return bundle
  }

  private func isTaught(_ bundle: ModelBundle) throws(WinnowError) -> Bool {
    try TrainingRecord(of: bundle)?.fineTuning != nil
  }
}
