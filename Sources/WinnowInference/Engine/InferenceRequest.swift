import COpenVINO
import Glibc
import WinnowBundle
public import WinnowCore

/// One run at a time of a compiled model, with its own input memory. Used by one thread at a time.
public final class InferenceRequest {
  public let model: CompiledModel
  /// Bytes of one picture: `[side, side, 3]`.
  public let pictureBytes: Int

  private let request: RequestHandle
  private let output: PortHandle
  private let values: OutputSpec.Values
  private var feature: FeaturePort?
  private let memory: UnsafeMutableRawPointer
  /// Views of the first 1, 2, 4 … pictures of `memory`.
  private var tensors: [Int: OpaquePointer] = [:]

  init(
    _ request: consuming RequestHandle, output: consuming PortHandle, values: OutputSpec.Values, of model: CompiledModel
  ) {
    self.model = model
    self.request = request
    self.output = output
    self.values = values
    pictureBytes = model.side * model.side * 3
    // A cache line's alignment, as the engine's vector code likes it.
    memory = .allocate(byteCount: pictureBytes * model.largestBatch, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: pictureBytes * model.largestBatch)
  }

  deinit {
    for tensor in tensors.values { ov_tensor_free(tensor) }
    memory.deallocate()
  }

  /// Where the pooled feature comes out.
  private struct FeaturePort: ~Copyable {
    let port: PortHandle
    let length: Int
  }

  func addFeature(at port: consuming PortHandle, length: Int) { feature = FeaturePort(port: port, length: length) }

  /// The pooled feature of the picture at `index` of the last run; empty where the network gives none.
  public func feature(at index: Int) throws(WinnowError) -> [Float] {
    switch feature {
    case nil: return []
    case .some(let feature):
      let rows = try TensorHandle(of: request, at: feature.port).floats()
      guard rows.count >= (index + 1) * feature.length else {
        throw WinnowError(.engineFailure, "the network gave \(rows.count) values for the features of its pictures")
      }
      return Array(rows[index * feature.length..<(index + 1) * feature.length])
    }
  }

  /// The batch sizes that run: powers of two, so that the engine prepares few shapes.
  public static func batchSize(for waiting: Int, of model: CompiledModel) -> Int {
    let most = min(waiting, model.largestBatch)
    guard most > 0 else { return 0 }
    if model.isBatchFixed { return most }
    return 1 << (Int.bitWidth - 1 - most.leadingZeroBitCount)
  }

  /// Where the picture at `index` of the next run goes: RGB, `pictureBytes` bytes.
  public func pixels(at index: Int) -> UnsafeMutableRawBufferPointer {
    precondition((0..<model.largestBatch).contains(index))
    return UnsafeMutableRawBufferPointer(start: memory + index * pictureBytes, count: pictureBytes)
  }

  /// Runs the first `count` pictures and hands each one's logits, in label order, to `body`.
  ///
  /// Where the network gives probabilities, their logarithms serve as logits.
  public func run(
    _ count: Int, _ body: (Int, UnsafeBufferPointer<Float>) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    precondition((1...model.largestBatch).contains(count))
    try Engine.check(
      ov_infer_request_set_input_tensor(request.raw, tensor(of: model.isBatchFixed ? model.largestBatch : count)),
      "take a batch of \(count)")
    try Engine.check(ov_infer_request_infer(request.raw), "run a batch of \(count)")
    let result = try TensorHandle(of: request, at: output)
    let rows = try result.floats()
    guard rows.count >= count * model.classCount else {
      throw WinnowError(.engineFailure, "the network gave \(rows.count) values for \(count) pictures")
    }
    for index in 0..<count {
      let row = UnsafeBufferPointer(rebasing: rows[index * model.classCount..<(index + 1) * model.classCount])
      switch values {
      case .logits: try body(index, row)
      case .probabilities:
        let logits = row.map { log(max($0, .leastNormalMagnitude)) }
        try logits.withUnsafeBufferPointer { logits throws(WinnowError) in try body(index, logits) }
      }
    }
  }

  /// How the layers of the last run were computed; of a model whose settings note layers.
  func layers() throws(WinnowError) -> [ExecutedLayer] { try ExecutedLayer.layers(of: request) }

  private func tensor(of batch: Int) throws(WinnowError) -> OpaquePointer {
    if let tensor = tensors[batch] { return tensor }
    let tensor = try TensorHandle(pixels: memory, batch: batch, side: model.side).take()
    tensors[batch] = tensor
    return tensor
  }
}
