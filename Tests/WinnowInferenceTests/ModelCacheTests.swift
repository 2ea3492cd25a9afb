import Foundation
import SystemPackage
import Testing
import WinnowBundle
import WinnowCore

@testable import WinnowInference

@Suite("The model cache")
struct ModelCacheTests {
  private let models: TestModels
  private let bundle: LoadedBundle
  private let cache: ModelCache
  private let settings = EngineSettings(precision: .fp32, threads: 2)

  init() throws {
    models = try TestModels()
    bundle = try LoadedBundle(try ModelBundle(at: try models.publish(TinyNetwork())))
    cache = ModelCache(folder: models.folder.appending("cache"))
  }

  private func key(_ settings: EngineSettings, processor: Set<String> = ["a"], engine: String = "1") -> ModelCache.Key {
    ModelCache.Key(bundle, settings: settings, processor: processor, engine: engine)
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: cache.folder.string).sorted()
  }

  private func change(_ file: String, _ body: (inout Data) -> Void) throws {
    let url = URL(fileURLWithPath: cache.folder.appending(file).string)
    var data = try Data(contentsOf: url)
    body(&data)
    try data.write(to: url)
  }

  @Test("what is stored is loaded and gives the same answers")
  func roundTrip() throws {
    #expect(cache.blob(for: key(settings)) == nil)
    let compiled = try CompiledModel(bundle, settings: settings)
    #expect(!compiled.loadedFromCache)
    try cache.store(compiled, as: key(settings))
    let blob = try #require(cache.blob(for: key(settings)))
    let loaded = try CompiledModel(blob, of: bundle, settings: settings)
    #expect(loaded.loadedFromCache)
    #expect(loaded.largestBatch == compiled.largestBatch && loaded.isBatchFixed == compiled.isBatchFixed)
    let request = try loaded.makeRequest()
    for _ in 0..<20 { try SelfCheck.run(bundle, with: request) }
  }

  @Test("a single changed byte anywhere makes it absent")
  func damage() throws {
    try cache.store(try CompiledModel(bundle, settings: settings), as: key(settings))
    let blob = try #require(try files().first { $0.hasSuffix(".blob") })
    let size = try Data(contentsOf: URL(fileURLWithPath: cache.folder.appending(blob).string)).count
    for position in [0, size / 2, size - 1] {
      try change(blob) { $0[position] ^= 1 }
      #expect(cache.blob(for: key(settings)) == nil)
      try change(blob) { $0[position] ^= 1 }
      #expect(cache.blob(for: key(settings)) != nil)
    }
    try change(blob) { $0.removeLast() }
    #expect(cache.blob(for: key(settings)) == nil)
    try cache.store(try CompiledModel(bundle, settings: settings), as: key(settings))
    let hash = try #require(try files().first { $0.hasSuffix(".sha256") })
    try change(hash) { $0[3] = $0[3] == 0x30 ? 0x31 : 0x30 }
    #expect(cache.blob(for: key(settings)) == nil)
  }

  @Test("another processor, engine, precision or number of threads has a key of its own")
  func keys() {
    var other = settings
    other.threads = 5
    let keys = [
      key(settings), key(other), key(EngineSettings(precision: .bf16, threads: 2)), key(settings, processor: ["b"]),
      key(settings, engine: "2"),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test("storing removes what other settings left of the same precision")
  func clearing() throws {
    try cache.store(try CompiledModel(bundle, settings: settings), as: key(settings, engine: "old"))
    try cache.store(
      try CompiledModel(bundle, settings: EngineSettings(precision: .bf16, threads: 2)),
      as: key(EngineSettings(precision: .bf16, threads: 2)))
    try cache.store(try CompiledModel(bundle, settings: settings), as: key(settings))
    #expect(cache.blob(for: key(settings, engine: "old")) == nil)
    #expect(cache.blob(for: key(settings)) != nil)
    #expect(cache.blob(for: key(EngineSettings(precision: .bf16, threads: 2))) != nil)
    #expect(try files().count == 4)
  }
}
