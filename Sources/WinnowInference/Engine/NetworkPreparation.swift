import COpenVINO
import WinnowBundle
import WinnowCore

/// Makes a network that takes `[batch, crop, crop, 3]` bytes, RGB, of one that takes what its bundle says.
struct NetworkPreparation {
  let input: InputSpec
  let output: OutputSpec
  let classCount: Int
  let largestBatch: Int

  struct Prepared: ~Copyable {
    let model: ModelHandle
    /// The most pictures in one run.
    let largestBatch: Int
    /// Every run takes exactly `largestBatch` pictures.
    let isBatchFixed: Bool
  }

  func prepare(_ network: [UInt8], on core: borrowing CoreHandle) throws(WinnowError) -> Prepared {
    let model = try read(network, on: core)
    let batch = try fileBatch(of: model)
    if try reshapes(model, batch: 1, to: largestBatch) {
      return Prepared(model: try withPixelInput(model), largestBatch: largestBatch, isBatchFixed: false)
    }
    // Its batch is baked in somewhere: it runs at the size it was made for.
    let fixed = try read(network, on: core)
    guard try reshapes(fixed, batch: batch, to: batch) else {
      throw WinnowError(
        .unfitModel,
        "the network does not turn \(input.crop) x \(input.crop) pixels, \(input.layout.rawValue.uppercased()), into one "
          + "value for each of \(classCount) classes",
        remedy: "check the labels, --crop, and whether its input is NCHW or NHWC")
    }
    return Prepared(model: try withPixelInput(fixed), largestBatch: batch, isBatchFixed: true)
  }

  private func read(_ network: [UInt8], on core: borrowing CoreHandle) throws(WinnowError) -> ModelHandle {
    let raw = core.raw
    let model = try ModelHandle("read the network") { made in
      network.withUnsafeBytes { bytes in
        ov_core_read_model_from_memory_buffer(
          raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, nil, &made)
      }
    }
    var inputs = 0
    try Engine.check(ov_model_inputs_size(model.raw, &inputs), "count the network's inputs")
    guard inputs == 1 else {
      throw WinnowError(.unfitModel, "the network has \(inputs) inputs", remedy: "use one that takes a picture alone")
    }
    return model
  }

  /// The batch that the file itself says; 1 where it is free.
  private func fileBatch(of model: borrowing ModelHandle) throws(WinnowError) -> Int {
    let raw = model.raw
    let shape = try PortHandle("find the network's input") { ov_model_const_input(raw, &$0) }.shape()
    guard shape.count == 4 || shape.isEmpty else {
      throw WinnowError(
        .unfitModel, "the network's input has \(shape.count) dimensions, a batch of pictures has 4",
        remedy: "use a network that takes pictures")
    }
    guard let batch = shape.first, batch.min == batch.max else { return 1 }
    return max(1, min(batch.max, 64))
  }

  /// Sets the input's shape; false when the network does not follow or gives something else than one row a picture.
  private func reshapes(
    _ model: borrowing ModelHandle, batch smallest: Int, to largest: Int
  ) throws(WinnowError) -> Bool {
    let side = Int64(input.crop)
    let sides: [Int64] =
      switch input.layout {
      case .nchw: [3, side, side]
      case .nhwc: [side, side, 3]
      }
    var dimensions = [ov_dimension_t(min: Int64(smallest), max: Int64(largest))]
    dimensions += sides.map { ov_dimension_t(min: $0, max: $0) }
    var shape = ov_partial_shape()
    try Engine.check(ov_partial_shape_create(4, dimensions, &shape), "make a shape")
    defer { ov_partial_shape_free(&shape) }
    guard ov_model_reshape_single_input(model.raw, shape) == OK else { return false }
    let result = try outputPort(of: model).shape()
    guard let rows = result.first, rows.min == smallest, rows.max == largest else { return false }
    let values = result.dropFirst()
    return values.allSatisfy { $0.min == $0.max } && values.reduce(1) { $0 * $1.max } == classCount
  }

  private func outputPort(of model: borrowing ModelHandle) throws(WinnowError) -> PortHandle {
    let raw = model.raw
    if let tensor = output.tensor {
      return try PortHandle("find the network's output \"\(tensor)\"") {
        ov_model_const_output_by_name(raw, tensor, &$0)
      }
    }
    return try PortHandle("find the network's output") { ov_model_const_output_by_index(raw, 0, &$0) }
  }

  /// Folds the normalisation into the graph: pixels arrive as bytes, a quarter of the memory, and the engine's vector
  /// code computes what the bundle says.
  private func withPixelInput(_ model: borrowing ModelHandle) throws(WinnowError) -> ModelHandle {
    let processor = try Opened(
      { ov_preprocess_prepostprocessor_create(model.raw, &$0) }, ov_preprocess_prepostprocessor_free)
    let info = try Opened(
      { ov_preprocess_prepostprocessor_get_input_info_by_index(processor.raw, 0, &$0) }, ov_preprocess_input_info_free)

    let tensor = try Opened(
      { ov_preprocess_input_info_get_tensor_info(info.raw, &$0) }, ov_preprocess_input_tensor_info_free)
    let pixelLayout = try Opened({ ov_layout_create("NHWC", &$0) }, ov_layout_free)
    try check(ov_preprocess_input_tensor_info_set_element_type(tensor.raw, U8))
    try check(ov_preprocess_input_tensor_info_set_layout(tensor.raw, pixelLayout.raw))

    let steps = try Opened(
      { ov_preprocess_input_info_get_preprocess_steps(info.raw, &$0) }, ov_preprocess_preprocess_steps_free)
    try check(ov_preprocess_preprocess_steps_convert_element_type(steps.raw, F32))
    try check(ov_preprocess_preprocess_steps_mean_multi_channels(steps.raw, input.mean.map { $0 * 255 }, 3))
    try check(ov_preprocess_preprocess_steps_scale_multi_channels(steps.raw, input.std.map { $0 * 255 }, 3))
    if input.colour == .bgr { try check(ov_preprocess_preprocess_steps_reverse_channels(steps.raw)) }

    let modelInfo = try Opened(
      { ov_preprocess_input_info_get_model_info(info.raw, &$0) }, ov_preprocess_input_model_info_free)
    let modelLayout = try Opened({ ov_layout_create(input.layout.rawValue.uppercased(), &$0) }, ov_layout_free)
    try check(ov_preprocess_input_model_info_set_layout(modelInfo.raw, modelLayout.raw))
    let raw = processor.raw
    return try ModelHandle("fold the normalisation in") { ov_preprocess_prepostprocessor_build(raw, &$0) }
  }

  private func check(_ status: ov_status_e) throws(WinnowError) {
    try Engine.check(status, "fold the normalisation in", code: .unfitModel)
  }

  /// One of the short-lived handles that describe preprocessing.
  private struct Opened: ~Copyable {
    let raw: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    init(
      _ make: (inout OpaquePointer?) -> ov_status_e, _ free: @escaping (OpaquePointer?) -> Void
    ) throws(WinnowError) {
      var made: OpaquePointer?
      try Engine.check(make(&made), "fold the normalisation in", code: .unfitModel)
      raw = try made.orFailure()
      self.free = free
    }

    deinit { free(raw) }
  }
}
