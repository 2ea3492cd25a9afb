import Testing
import WinnowBundle
import WinnowCore

@Suite("Manifests")
struct BundleManifestTests {
  private func manifest() -> BundleManifest {
    BundleManifest(
      name: "flowers", version: 3, created: Timestamp(seconds: 1_700_000_000), classes: ["daisy", "roses"],
      input: InputSpec(layout: .nhwc, colour: .bgr, resize: 232, crop: 192, mean: [0.1, 0.2, 0.3], std: [1, 2, 3]),
      output: OutputSpec(values: .probabilities, tensor: "scores"), architecture: "mobilenet_v2",
      parent: ModelVersion(name: "flowers", version: 2), temperature: 1.25,
      metrics: ["accuracy": .init(value: 0.93, low: 0.91, high: 0.95)],
      int8: Int8Promise(
        basis: .labels, calibrated: 200, judged: 800, drop: .init(value: 0.001, high: 0.006), agreement: 0.98,
        sureAgreement: nil, comparedWith: "bf16"),
      files: ["model.onnx": "00"])
  }

  @Test("what is written is read back")
  func roundTrip() throws {
    #expect(try BundleManifest(json: try manifest().json()) == manifest())
  }

  @Test("int8 comes first among the precisions of a bundle that holds it")
  func precisions() {
    var manifest = manifest()
    #expect(manifest.precisions == ["int8", "fp32", "bf16"])
    manifest.int8 = nil
    #expect(manifest.precisions == ["fp32", "bf16"])
  }

  @Test(
    "int8 is worth having with instructions for it, and without where it was measured to be faster",
    arguments: [(true, 90.0, true), (true, 110, true), (false, 90, false), (false, 100, false), (false, 101, true)])
  func speed(hasInstructions: Bool, int8: Double, isFavoured: Bool) throws {
    let speed = EngineSpeed(
      fullPrecision: "fp32", full: 100, int8: int8, hasInt8Instructions: hasInstructions, int8Layers: 3,
      floatLayers: [])
    #expect(speed.favoursInt8 == isFavoured)
    #expect(try EngineSpeed(json: speed.json()) == speed)
  }

  @Test("a speed that is none is malformed", arguments: [0, -1])
  func noSpeed(full: Double) throws {
    let speed = EngineSpeed(
      fullPrecision: "fp32", full: full, int8: 1, hasInt8Instructions: true, int8Layers: 1, floatLayers: [])
    #expect(throws: WinnowError.self) { try EngineSpeed(json: speed.json()) }
  }

  @Test("another schema is refused before anything else is looked at")
  func schema() {
    let error = #expect(throws: WinnowError.self) { try BundleManifest(json: Array(#"{"schema": 2}"#.utf8)) }
    #expect(error?.code == .unsupportedVersion)
    #expect(error?.remedy != nil)
  }

  @Test("broken JSON is malformed", arguments: ["", "{", "[]", #"{"schema": 1}"#, #"{"schema": "x"}"#])
  func broken(text: String) {
    let error = #expect(throws: WinnowError.self) { try BundleManifest(json: Array(text.utf8)) }
    #expect(error?.code == .malformed)
  }

  @Test("a manifest that cannot be is refused")
  func invalid() {
    let changes: [(inout BundleManifest) -> Void] = [
      { $0.name = "../escape" }, { $0.name = "" }, { $0.version = -1 }, { $0.classes = [] },
      { $0.classes = ["ok", ".."] }, { $0.temperature = 0 }, { $0.temperature = .nan }, { $0.input.crop = 0 },
      { $0.input.resize = 5000 }, { $0.input.mean = [0, 0] }, { $0.input.std = [1, 0, 1] },
      { $0.input.mean = [.infinity, 0, 0] },
    ]
    for change in changes {
      var manifest = manifest()
      change(&manifest)
      #expect(throws: WinnowError.self) { try manifest.validate() }
    }
  }
}
