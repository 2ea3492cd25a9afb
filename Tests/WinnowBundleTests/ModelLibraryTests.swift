import Glibc
import SystemPackage
import Testing
import WinnowBundle
import WinnowCore
import WinnowTestSupport

@Suite("The model library")
struct ModelLibraryTests {
  private let folder: TemporaryFolder
  private let library: ModelLibrary

  init() throws {
    folder = try TemporaryFolder()
    library = ModelLibrary(root: folder.path.appending("models"))
  }

  @discardableResult
  private func publish(_ name: String, _ bytes: [UInt8] = [1, 2, 3]) throws -> ModelVersion {
    let draft = try library.makeDraft()
    try draft.write(bytes, to: "model.onnx")
    return try library.publish(draft, manifest: manifest(name)).model
  }

  private func manifest(_ name: String) -> BundleManifest {
    BundleManifest(name: name, created: Timestamp(seconds: 1), classes: ["a", "b"])
  }

  private func write(_ bytes: [UInt8], to path: FilePath) throws {
    let file = try FileDescriptor.open(path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }

  private func mode(_ path: FilePath) -> mode_t {
    var about = stat()
    return path.withPlatformString { stat($0, &about) } == 0 ? about.st_mode & 0o777 : 0
  }

  private func names(_ path: FilePath) -> [String] {
    guard let folder = path.withPlatformString({ opendir($0) }) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { String(decodingCString: $0, as: UTF8.self) }
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  @Test("a library that is not there is empty")
  func empty() throws {
    #expect(try library.list().entries.isEmpty)
    let error = #expect(throws: WinnowError.self) { try library.resolve(ModelReference("flowers")) }
    #expect(error?.code == .notFound)
  }

  @Test("a library in a state folder that is not there yet makes it, for its owner alone")
  func firstUse() throws {
    let state = folder.path.appending("share").appending("winnow")
    let library = ModelLibrary(root: state.appending("models"))
    let draft = try library.makeDraft()
    try draft.write([1], to: "model.onnx")
    #expect(try library.publish(draft, manifest: manifest("m")).isCurrent)
    #expect(mode(state) == 0o700 && mode(state.appending("models")) == 0o755)
  }

  @Test("a bundle that promises an int8 network and holds none is refused")
  func promiseWithoutNetwork() throws {
    let draft = try library.makeDraft()
    try draft.write([1, 2, 3], to: "model.onnx")
    var manifest = manifest("flowers")
    manifest.int8 = Int8Promise(
      basis: .agreement, calibrated: 1, judged: 300, drop: nil, agreement: 1, sureAgreement: 1, comparedWith: "fp32")
    try library.publish(draft, manifest: manifest)
    let error = #expect(throws: WinnowError.self) { try library.bundle(ModelReference("flowers")) }
    #expect(error?.code == .malformed)
  }

  @Test("a draft takes over what another bundle holds, folders too, but for what is left out")
  func copying() throws {
    let first = try library.makeDraft()
    try first.write([1, 2, 3], to: "model.onnx")
    #expect(first.path.appending("report").withPlatformString { mkdir($0, 0o755) } == 0)
    try first.write([4], to: "report/page.html")
    try first.write([5], to: "golden.json")
    try library.publish(first, manifest: manifest("flowers"))
    let source = try library.bundle(ModelReference("flowers"))
    let draft = try library.makeDraft()
    try draft.copyFiles(of: source, except: ["golden.json"])
    try library.publish(draft, manifest: manifest("flowers"))
    let copy = try library.bundle(ModelReference("flowers@2"))
    var expected = source.manifest.files
    expected["golden.json"] = nil
    #expect(copy.manifest.files == expected)
    try copy.verify()
  }

  @Test("the first version goes live by itself, later ones only by promotion")
  func promotion() throws {
    #expect(try publish("flowers") == ModelVersion(name: "flowers", version: 1))
    #expect(library.current(of: "flowers")?.version == 1)
    try publish("flowers")
    #expect(library.current(of: "flowers")?.version == 1)
    #expect(try library.resolve(ModelReference("flowers@2")).model.version == 2)
    try library.promote(ModelVersion(name: "flowers", version: 2))
    let resolved = try library.resolve(ModelReference("flowers"))
    #expect(resolved.model.version == 2)
    #expect(resolved.path == library.root.appending("flowers").appending("2"))
    #expect(try library.list().entries.map(\.isCurrent) == [false, true])
  }

  @Test("a published bundle has its number, its hashes and modes that others can read")
  func published() throws {
    let before = umask(0o077)
    defer { umask(before) }
    let draft = try library.makeDraft()
    try draft.write(Array("hello".utf8), to: "model.onnx")
    #expect(draft.path.appending("report").withPlatformString { mkdir($0, 0o700) } == 0)
    try draft.write([7], to: "report/plot.svg")
    try library.publish(draft, manifest: manifest("flowers"))
    let bundle = try library.bundle(ModelReference("flowers"))
    #expect(bundle.manifest.version == 1)
    #expect(
      bundle.manifest.files["model.onnx"] == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(bundle.manifest.files.keys.sorted() == ["model.onnx", "report/plot.svg"])
    #expect(try bundle.contents(of: "model.onnx") == Array("hello".utf8))
    try bundle.verify()
    for path in [bundle.path, bundle.path.appending("report"), library.root, library.root.appending("flowers")] {
      #expect(mode(path) == 0o755)
    }
    #expect(mode(bundle.path.appending("model.onnx")) == 0o644)
    #expect(mode(bundle.path.appending("manifest.json")) == 0o644)
  }

  @Test("a damaged file is noticed, and such a version is not promoted")
  func damage() throws {
    try publish("flowers")
    try publish("flowers")
    let bundle = try library.bundle(ModelReference("flowers@2"))
    try write([1, 2, 4], to: bundle.path.appending("model.onnx"))
    let reading = #expect(throws: WinnowError.self) { try bundle.contents(of: "model.onnx") }
    #expect(reading?.code == .bundleDamaged)
    let promoting = #expect(throws: WinnowError.self) { try library.promote(bundle.model) }
    #expect(promoting?.code == .bundleDamaged)
    #expect(library.current(of: "flowers")?.version == 1)
  }

  @Test("a file the manifest does not name is not read")
  func unknownFile() throws {
    try publish("flowers")
    let bundle = try library.bundle(ModelReference("flowers"))
    try write([1], to: bundle.path.appending("extra"))
    #expect(throws: WinnowError.self) { try bundle.contents(of: "extra") }
  }

  @Test("rollback goes back through the promotions, further each time, and stops at the first")
  func rollback() throws {
    for _ in 1...3 { try publish("flowers") }
    try library.promote(ModelVersion(name: "flowers", version: 3))
    try library.promote(ModelVersion(name: "flowers", version: 2))
    #expect(try library.rollback("flowers").version == 3)
    #expect(try library.rollback("flowers").version == 1)
    #expect(library.current(of: "flowers")?.version == 1)
    let error = #expect(throws: WinnowError.self) { try library.rollback("flowers") }
    #expect(error?.code == .notFound)
    // A promotion after a rollback starts from there.
    try library.promote(ModelVersion(name: "flowers", version: 2))
    #expect(try library.rollback("flowers").version == 1)
  }

  @Test("rollback skips versions that were removed")
  func rollbackOverRemoved() throws {
    for _ in 1...3 { try publish("flowers") }
    try library.promote(ModelVersion(name: "flowers", version: 2))
    try library.promote(ModelVersion(name: "flowers", version: 3))
    try library.remove(ModelReference("flowers@2"))
    #expect(try library.rollback("flowers").version == 1)
  }

  @Test("a crash between the record and the switch leaves a rollback that makes sense")
  func crashInPromotion() throws {
    for _ in 1...3 { try publish("flowers") }
    try library.promote(ModelVersion(name: "flowers", version: 2))
    try library.promote(ModelVersion(name: "flowers", version: 3))
    // As if the link had not been switched by the last promotion.
    let link = library.root.appending("flowers").appending("current")
    #expect(link.withPlatformString { unlink($0) } == 0)
    #expect(link.withPlatformString { symlink("2", $0) } == 0)
    #expect(try library.rollback("flowers").version == 1)
  }

  @Test("the live version is not removed while there are others")
  func removal() throws {
    try publish("flowers")
    try publish("flowers")
    let error = #expect(throws: WinnowError.self) { try library.remove(ModelReference("flowers@1")) }
    #expect(error?.code == .notPermitted)
    try library.remove(ModelReference("flowers@2"))
    try library.remove(ModelReference("flowers@1"))
    #expect(try library.names().isEmpty)
    #expect(library.current(of: "flowers") == nil)
  }

  @Test("a whole model can be removed, and its numbers are not given again")
  func numbers() throws {
    try publish("flowers")
    try publish("flowers")
    try library.remove(ModelReference("flowers"))
    #expect(throws: WinnowError.self) { try library.resolve(ModelReference("flowers")) }
    #expect(try publish("flowers").version == 3)
    #expect(library.current(of: "flowers")?.version == 3)
  }

  @Test("a model or version that is not there is named, with those that are")
  func unknown() throws {
    try publish("flowers")
    let model = #expect(throws: WinnowError.self) { try library.resolve(ModelReference("birds")) }
    #expect(model?.remedy?.contains("flowers") == true)
    let version = #expect(throws: WinnowError.self) { try library.resolve(ModelReference("flowers@9")) }
    #expect(version?.remedy?.contains("1") == true)
    #expect(throws: WinnowError.self) { try library.remove(ModelReference("birds")) }
    #expect(throws: WinnowError.self) { try library.promote(ModelVersion(name: "flowers", version: 9)) }
  }

  @Test("a draft goes with its maker, and one left by a killed program with the next draft")
  func drafts() throws {
    do {
      let draft = try library.makeDraft()
      try draft.write([1], to: "model.onnx")
    }
    #expect(names(library.root).isEmpty)
    let abandoned = library.root.appending(".draft-old")
    #expect(abandoned.withPlatformString { mkdir($0, 0o755) } == 0)
    try write([1], to: abandoned.appending("model.onnx"))
    let first = try library.makeDraft()
    let second = try library.makeDraft()
    #expect(names(library.root).count == 2)
    #expect(first.path != second.path)
  }

  @Test("a draft without a network, or with a link in it, is not published")
  func badDrafts() throws {
    #expect(throws: WinnowError.self) {
      let empty = try library.makeDraft()
      try library.publish(empty, manifest: manifest("flowers"))
    }
    #expect(throws: WinnowError.self) {
      let linked = try library.makeDraft()
      try linked.write([1], to: "model.onnx")
      #expect(linked.path.appending("link").withPlatformString { symlink("/etc/passwd", $0) } == 0)
      try library.publish(linked, manifest: manifest("flowers"))
    }
    #expect(try library.names().isEmpty)
  }

  @Test("a broken version is a problem in the list, not the end of it")
  func brokenVersion() throws {
    try publish("flowers")
    try publish("flowers")
    try write(Array("nonsense".utf8), to: library.root.appending("flowers").appending("2").appending("manifest.json"))
    let (entries, problems) = try library.list()
    #expect(entries.map(\.model.version) == [1])
    #expect(problems.count == 1)
  }

  @Test("many writers at once get numbers of their own")
  func writers() async throws {
    let library = library
    let manifest = manifest("flowers")
    let versions = try await withThrowingTaskGroup(of: Int.self) { group in
      for index in 0..<16 {
        group.addTask {
          let draft = try library.makeDraft()
          try draft.write([UInt8(index)], to: "model.onnx")
          return try library.publish(draft, manifest: manifest).model.version
        }
      }
      var versions: [Int] = []
      for try await version in group { versions.append(version) }
      return versions.sorted()
    }
    #expect(versions == Array(1...16))
    #expect(try library.versions(of: "flowers") == Array(1...16))
    #expect(library.current(of: "flowers") != nil)
  }

  @Test("readers always find a live version while it is switched")
  func switching() async throws {
    try publish("flowers")
    try publish("flowers")
    let library = library
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for turn in 0..<100 { try library.promote(ModelVersion(name: "flowers", version: 1 + turn % 2)) }
      }
      group.addTask {
        for _ in 0..<300 { _ = try library.bundle(try ModelReference("flowers")) }
      }
      try await group.waitForAll()
    }
  }
}
