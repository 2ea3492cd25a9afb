import Testing

@Suite("Modules and their arrows")
struct ModuleArrowTests {
  let package: PackageDescriptionText
  let document: ArchitectureDocument

  init() throws {
    package = try PackageDescriptionText.ofRepository.get()
    document = try ArchitectureDocument.ofRepository.get()
  }

  /// Everything but tests.
  private var modules: [PackageDescriptionText.Target] {
    package.targets.values.filter { $0.kind != .test }.sorted { $0.name < $1.name }
  }

  @Test("docs/architecture.md lists the targets of Package.swift, all of them and no others")
  func sameModules() {
    #expect(modules.count >= 20, "Package.swift could not be read")
    #expect(Set(modules.map(\.name)).symmetricDifference(document.modules.keys) == [])
  }

  @Test("every folder of Sources is a target")
  func everyFolder() throws {
    let folders = Set(
      try Repository.files(below: "Sources", endings: ["swift", "c", "cpp", "h", "modulemap"])
        .compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) })
    #expect(folders.symmetricDifference(modules.map(\.name)) == [])
  }

  @Test("Package.swift has the arrows that the document lists, and no others")
  func packageArrows() throws {
    for module in modules {
      let listed = try #require(document.modules[module.name]).arrows
      #expect(module.dependencies.subtracting(listed) == [], "\(module.name): in Package.swift, not in the document")
      #expect(listed.subtracting(module.dependencies) == [], "\(module.name): in the document, not in Package.swift")
    }
  }

  @Test("every import is an arrow, and every arrow is imported")
  func imports() throws {
    for module in modules where module.kind != .system {
      let listed = try #require(document.modules[module.name]).arrows
      let imported = try ImportLines.modules(ofTarget: module.name)
      #expect(imported.subtracting(listed) == [], "\(module.name) imports what the document does not list")
      #expect(listed.subtracting(imported) == [], "\(module.name) does not import what the document lists")
    }
  }

  @Test("arrows point down")
  func down() throws {
    for module in document.modules.values {
      let level = try #require(document.level(of: module.name), "\(module.name) is in an unknown row \(module.row)")
      for arrow in module.arrows {
        guard let target = document.level(of: arrow) else { continue }
        #expect(target < level, "\(module.name) (\(module.row)) imports \(arrow), which is not below it")
      }
    }
  }

  @Test("every module has a paragraph, and every paragraph is about a module")
  func paragraphs() {
    #expect(document.paragraphs.symmetricDifference(document.modules.keys) == [])
  }

  @Test("tests import what Package.swift gives them")
  func testImports() throws {
    for target in package.targets.values where target.kind == .test {
      let imported = try ImportLines.modules(ofTarget: target.name, in: "Tests")
      #expect(imported.subtracting(target.dependencies) == [], "\(target.name) imports what it does not depend on")
    }
  }

  @Test("an import line is understood in all its forms")
  func importForms() {
    let text = """
      import A
      public import B
      @testable import C
      @_exported public import D
      import struct E.Value
        import NotAtTheStartOfALine
      // import Comment
      internal import F
      """
    #expect(ImportLines.modules(inText: text) == ["A", "B", "C", "D", "E", "F"])
  }
}
