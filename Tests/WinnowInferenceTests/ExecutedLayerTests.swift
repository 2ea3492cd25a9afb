import Testing
import WinnowBundle
import WinnowCore

@testable import WinnowInference

@Suite("How layers are computed")
struct ExecutedLayerTests {
  @Test(
    "the end of the engine's own name for its code tells int8 from float",
    arguments: [
      ("brgconv_avx512_I8", true), ("jit_avx512_dw_i8", true), ("gemm_u8", true), ("brgconv_avx512_bf16", false),
      ("jit_avx512_FP32", false), ("ref_any_i81", false), ("", false),
    ])
  func names(execution: String, isInt8: Bool) {
    #expect(ExecutedLayer(name: "a", type: "Convolution", execution: execution).isInt8 == isInt8)
  }

  @Test("a network that is asked to note its layers tells of each, with its weights in float where they are")
  func noted() throws {
    let models = try TestModels()
    let bundle = try LoadedBundle(try ModelBundle(at: try models.publish(TinyNetwork())))
    var settings = EngineSettings(precision: .fp32, threads: 1)
    settings.notesLayers = true
    let request = try CompiledModel(bundle, settings: settings).makeRequest()
    try request.run(1) { _, _ in }
    let weighted = try request.layers().filter(\.hasWeights)
    #expect(!weighted.isEmpty && weighted.allSatisfy { !$0.isInt8 })
  }
}
