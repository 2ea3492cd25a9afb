import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// The models of one state folder: `ROOT/NAME/VERSION/` holds a bundle, the symbolic link `ROOT/NAME/current` names
/// the live version.
///
/// Several programs may use one library at once: readers need no lock, since versions appear and vanish by rename and
/// the link is switched atomically; writers take `ROOT/.lock`.
public struct ModelLibrary: Sendable {
  public let root: FilePath

  /// One version in a list.
  public struct Entry: Sendable {
    public let bundle: ModelBundle
    public let isCurrent: Bool
    public var model: ModelVersion { bundle.model }
  }

  /// - Parameter root: `STATE/models`; made when it is first written to.
  public init(root: FilePath) { self.root = root }

  /// The state folder's folder for compiled networks, where the library is a state folder's and has one.
  public var cache: FilePath? {
    let folder = root.removingLastComponent().appending("cache")
    var about = stat()
    let isThere = folder.withPlatformString { stat($0, &about) } == 0 && about.st_mode & S_IFMT == S_IFDIR
    return isThere ? folder : nil
  }

  // MARK: Reading

  /// Every readable version, by name and number, and what is wrong with the others.
  public func list() throws(WinnowError) -> (entries: [Entry], problems: [WinnowError]) {
    var entries: [Entry] = []
    var problems: [WinnowError] = []
    for name in try names() {
      let live = liveVersion(of: name)
      for version in try versions(of: name) {
        do {
          entries.append(Entry(bundle: try open(name, version), isCurrent: version == live))
        } catch {
          problems.append(error)
        }
      }
    }
    return (entries, problems)
  }

  /// Names of models that have a version, sorted.
  public func names() throws(WinnowError) -> [String] {
    guard BundleStorage.exists(root) else { return [] }
    var names: [String] = []
    for name in try BundleStorage.names(in: root) where ModelReference.isValid(name: name) {
      if try !versions(of: name).isEmpty { names.append(name) }
    }
    return names
  }

  /// Numbers of a model's versions, ascending.
  public func versions(of name: String) throws(WinnowError) -> [Int] {
    let folder = root.appending(name)
    guard BundleStorage.exists(folder), try BundleStorage.kind(of: folder) == .folder else { return [] }
    return try BundleStorage.names(in: folder).compactMap(Self.versionNumber).sorted()
  }

  /// The live version; nil when there is no such model or none of it is live.
  public func current(of name: String) -> ModelVersion? {
    liveVersion(of: name).map { ModelVersion(name: name, version: $0) }
  }

  /// The version a reference means now: the one it pins, else the live one. Changes of that are seen by asking again.
  ///
  /// - Throws: `.notFound` with the names or versions there are.
  public func resolve(_ reference: ModelReference) throws(WinnowError) -> (model: ModelVersion, path: FilePath) {
    let there = try versions(of: reference.name)
    guard !there.isEmpty else {
      let known = try names()
      throw WinnowError(
        .notFound, "there is no model \"\(reference.name)\"",
        remedy: known.isEmpty
          ? "import one with winnowctl model import" : "use one of: \(known.joined(separator: ", "))")
    }
    guard let version = reference.version ?? liveVersion(of: reference.name) else {
      throw WinnowError(
        .notFound, "no version of \"\(reference.name)\" is live",
        remedy: "promote one: winnowctl model promote \(reference.name)@\(there[there.count - 1])")
    }
    guard there.contains(version) else {
      throw WinnowError(
        .notFound, "there is no model \"\(reference.name)@\(version)\"",
        remedy: "versions there are: \(there.map(String.init).joined(separator: ", "))")
    }
    return (ModelVersion(name: reference.name, version: version), folder(reference.name, version))
  }

  /// Opens what `resolve` finds.
  public func bundle(_ reference: ModelReference) throws(WinnowError) -> ModelBundle {
    try ModelBundle(at: try resolve(reference).path)
  }

  // MARK: Writing

  /// A new draft, in this library so that publishing is a rename.
  public func makeDraft() throws(WinnowError) -> BundleDraft {
    try makeRoot()
    try BundleDraft.removeAbandoned(in: root)
    return try BundleDraft(in: root)
  }

  /// Gives the draft the next version number of `manifest.name`, hashes and syncs its files, and puts it in place. The
  /// first version of a name goes live.
  ///
  /// - Throws: `.invalidInput` for a manifest that cannot be or a draft without `model.onnx`, or with anything in it
  ///   but files and folders.
  @discardableResult
  public func publish(
    _ draft: consuming BundleDraft, manifest: BundleManifest
  ) throws(WinnowError) -> (model: ModelVersion, isCurrent: Bool) {
    var manifest = manifest
    manifest.files = try BundleSealing.seal(draft.path)
    guard manifest.files[ModelBundle.modelFile] != nil else {
      throw WinnowError(.invalidInput, "the draft holds no \(ModelBundle.modelFile)")
    }
    try manifest.validate()

    let lock = try lockForWriting()
    defer { _ = lock.raw }
    let home = root.appending(manifest.name)
    if !BundleStorage.exists(home) {
      try BundleStorage.makeFolder(home)
      try BundleStorage.sync(root)
    }
    var record = try VersionRecord(in: home)
    let version = max(record.lastVersion, try versions(of: manifest.name).last ?? 0) + 1
    manifest.version = version
    let json = try manifest.json()
    try BundleStorage.replace(draft.path.appending(BundleManifest.fileName), with: json)
    record.lastVersion = version
    try record.write(to: home)
    try BundleStorage.rename(draft.path, to: folder(manifest.name, version))
    draft.markPublished()
    try BundleStorage.sync(home)
    try BundleStorage.sync(root)
    let isFirst = liveVersion(of: manifest.name) == nil
    if isFirst { try goLive(manifest.name, version, record: &record) }
    return (manifest.model, isFirst)
  }

  /// Makes a version live.
  ///
  /// - Throws: `.notFound`; `.bundleDamaged` when its files are not what was published.
  public func promote(_ model: ModelVersion) throws(WinnowError) {
    let lock = try lockForWriting()
    defer { _ = lock.raw }
    try bundle(ModelReference(name: model.name, version: model.version)).verify()
    guard liveVersion(of: model.name) != model.version else { return }
    var record = try VersionRecord(in: root.appending(model.name))
    try goLive(model.name, model.version, record: &record)
  }

  /// Makes the version live that was so before the current one, and is still there. Repeated, it goes further back.
  ///
  /// - Throws: `.notFound` when no earlier promotion is remembered.
  @discardableResult
  public func rollback(_ name: String) throws(WinnowError) -> ModelVersion {
    let lock = try lockForWriting()
    defer { _ = lock.raw }
    let current = try resolve(ModelReference(name: name, version: nil)).model
    let there = try versions(of: name)
    let record = try VersionRecord(in: root.appending(name))
    let past = record.past(of: current.version).filter { there.contains($0) && $0 != current.version }
    guard let earlier = past.first else {
      throw WinnowError(
        .notFound, "no version of \"\(name)\" was live before \(current)",
        remedy: "choose one with winnowctl model promote \(name)@VERSION")
    }
    try bundle(ModelReference(name: name, version: earlier)).verify()
    // The record keeps its entries: what lies before `earlier` in it is now its past.
    try BundleStorage.switchLink(linkPath(name), to: String(earlier))
    return ModelVersion(name: name, version: earlier)
  }

  /// Removes one version, or with no version in the reference the whole model. The live version goes only with the
  /// whole model, or when it is the only one. Numbers are not given again.
  ///
  /// - Throws: `.notFound`, or `.notPermitted` for the live version while there are others.
  public func remove(_ reference: ModelReference) throws(WinnowError) {
    let lock = try lockForWriting()
    defer { _ = lock.raw }
    let there = try versions(of: reference.name)
    let chosen: [Int]
    if let version = reference.version {
      chosen = [try resolve(reference).model.version]
      guard version != liveVersion(of: reference.name) || there.count == 1 else {
        throw WinnowError(
          .notPermitted, "\(reference) is the live version",
          remedy: "promote another version first, or remove all of \(reference.name)")
      }
    } else {
      _ = try resolve(ModelReference(name: reference.name, version: there.last))
      chosen = there
    }
    let home = root.appending(reference.name)
    var record = try VersionRecord(in: home)
    record.lastVersion = max(record.lastVersion, there.last ?? 0)
    record.promotions.removeAll { chosen.contains($0) }
    try record.write(to: home)
    if chosen.count == there.count, BundleStorage.linkTarget(linkPath(reference.name)) != nil {
      try BundleStorage.remove(linkPath(reference.name))
    }
    for version in chosen {
      // Renamed first: a version is whole or not there.
      let condemned = BundleStorage.temporaryName(beside: folder(reference.name, version))
      try BundleStorage.rename(folder(reference.name, version), to: condemned)
      try BundleStorage.remove(condemned)
    }
    try BundleStorage.sync(home)
  }

  // MARK: Paths and locks

  private func folder(_ name: String, _ version: Int) -> FilePath { root.appending(name).appending(String(version)) }
  private func linkPath(_ name: String) -> FilePath { root.appending(name).appending("current") }

  private func open(_ name: String, _ version: Int) throws(WinnowError) -> ModelBundle {
    let bundle = try ModelBundle(at: folder(name, version))
    guard bundle.model == ModelVersion(name: name, version: version) else {
      throw WinnowError(
        .malformed, "\(folder(name, version).escaped) says it is \(bundle.model)",
        remedy: "move it back to where it belongs; models are added with winnowctl model import")
    }
    return bundle
  }

  private func liveVersion(of name: String) -> Int? {
    guard ModelReference.isValid(name: name) else { return nil }
    return BundleStorage.linkTarget(linkPath(name)).flatMap(Self.versionNumber)
  }

  private static func versionNumber(_ text: String) -> Int? {
    guard let number = Int(text), number > 0, String(number) == text else { return nil }
    return number
  }

  private func goLive(_ name: String, _ version: Int, record: inout VersionRecord) throws(WinnowError) {
    record.promoted(version, over: liveVersion(of: name))
    try record.write(to: root.appending(name))
    try BundleStorage.switchLink(linkPath(name), to: String(version))
  }

  /// A first use without a daemon finds no state folder either.
  private func makeRoot() throws(WinnowError) {
    try BundleStorage.makeMissingFolders(above: root)
    try BundleStorage.makeFolderUnlessThere(root)
  }

  private func lockForWriting() throws(WinnowError) -> OwnedDescriptor {
    try makeRoot()
    let path = root.appending(".lock")
    let isNew = !BundleStorage.exists(path)
    let lock = try BundleStorage.open(path, O_RDONLY | O_CREAT | O_NOFOLLOW, mode: 0o644)
    if isNew { try BundleStorage.adopt(path) }
    while flock(lock.raw, LOCK_EX) != 0 {
      if errno != EINTR { throw BundleStorage.fault("lock", path) }
    }
    return lock
  }
}
