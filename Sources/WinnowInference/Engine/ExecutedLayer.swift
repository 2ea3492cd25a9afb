import COpenVINO
import WinnowCore

/// One layer as the engine computed it.
struct ExecutedLayer: Hashable, Sendable {
  let name: String
  /// The engine's own word: `Convolution`, `FullyConnected`, `Reorder` ….
  let type: String
  /// The code that ran, with the numbers it computes in at the end: `brgconv_avx512_i8`, `jit_avx512_BF16`.
  let execution: String

  /// Whether it multiplies by weights, and so is what int8 is for.
  var hasWeights: Bool {
    // Quantised products with weights have longer names: FullyConnectedQuantizedLegacy.
    type == "Convolution" || type == "GroupConvolution" || type.hasPrefix("FullyConnected")
  }

  /// Whether it multiplies 8-bit numbers.
  var isInt8: Bool {
    let end = execution.split(separator: "_").last.map { $0.lowercased() } ?? ""
    return end == "i8" || end == "u8"
  }

  /// Those that ran.
  static func layers(of request: borrowing RequestHandle) throws(WinnowError) -> [ExecutedLayer] {
    var list = ov_profiling_info_list_t()
    try Engine.check(ov_infer_request_get_profiling_info(request.raw, &list), "tell how it computes")
    defer { ov_profiling_info_list_free(&list) }
    return UnsafeBufferPointer(start: list.profiling_infos, count: list.profiling_infos == nil ? 0 : list.size)
      .filter { $0.status == EXECUTED }
      .map { info in
        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return ExecutedLayer(
          name: text(info.node_name), type: text(info.node_type), execution: text(info.exec_type))
      }
  }
}
