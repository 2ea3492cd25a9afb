import COpenVINO
import WinnowCore

// Owners of OpenVINO's handles: one each, freed when the owner goes. Their types are all `OpaquePointer` in C; here a
// mix-up does not compile. An initialiser takes the C call that makes the handle.

struct CoreHandle: ~Copyable {
  let raw: OpaquePointer

  init() throws(WinnowError) {
    var made: OpaquePointer?
    try Engine.check(
      ov_core_create(&made), "start", remedy: "check that its libraries are readable for the worker's user")
    raw = try made.orFailure()
  }

  deinit { ov_core_free(raw) }
}

struct ModelHandle: ~Copyable {
  let raw: OpaquePointer

  init(_ action: String, _ make: (inout OpaquePointer?) -> ov_status_e) throws(WinnowError) {
    var made: OpaquePointer?
    try Engine.check(make(&made), action, code: .unfitModel)
    raw = try made.orFailure()
  }

  deinit { ov_model_free(raw) }
}

struct CompiledHandle: ~Copyable {
  let raw: OpaquePointer

  init(_ action: String, _ make: (inout OpaquePointer?) -> ov_status_e) throws(WinnowError) {
    var made: OpaquePointer?
    try Engine.check(make(&made), action)
    raw = try made.orFailure()
  }

  deinit { ov_compiled_model_free(raw) }
}

struct PortHandle: ~Copyable {
  let raw: OpaquePointer

  init(_ action: String, _ make: (inout OpaquePointer?) -> ov_status_e) throws(WinnowError) {
    var made: OpaquePointer?
    try Engine.check(make(&made), action, code: .unfitModel)
    raw = try made.orFailure()
  }

  deinit { ov_output_const_port_free(raw) }

  /// Smallest and largest size of each dimension; -1 for no limit.
  func shape() throws(WinnowError) -> [(min: Int, max: Int)] {
    var shape = ov_partial_shape()
    try Engine.check(ov_port_get_partial_shape(raw, &shape), "tell a shape")
    defer { ov_partial_shape_free(&shape) }
    guard let dimensions = shape.dims, shape.rank.min == shape.rank.max else { return [] }
    return (0..<Int(shape.rank.max)).map { (min: Int(dimensions[$0].min), max: Int(dimensions[$0].max)) }
  }
}

struct RequestHandle: ~Copyable {
  let raw: OpaquePointer

  init(_ compiled: borrowing CompiledHandle) throws(WinnowError) {
    var made: OpaquePointer?
    try Engine.check(ov_compiled_model_create_infer_request(compiled.raw, &made), "make a request")
    raw = try made.orFailure()
  }

  deinit { ov_infer_request_free(raw) }
}

struct TensorHandle: ~Copyable {
  private(set) var raw: OpaquePointer?

  /// A view of the first `[batch, side, side, 3]` bytes of `memory`, which must outlive it.
  init(pixels memory: UnsafeMutableRawPointer, batch: Int, side: Int) throws(WinnowError) {
    var made: OpaquePointer?
    var dimensions = [Int64(batch), Int64(side), Int64(side), 3]
    let status = dimensions.withUnsafeMutableBufferPointer { dimensions in
      ov_tensor_create_from_host_ptr(U8, ov_shape_t(rank: 4, dims: dimensions.baseAddress), memory, &made)
    }
    try Engine.check(status, "make a tensor")
    raw = try made.orFailure()
  }

  /// What a request computed; owned by OpenVINO, valid until the request runs again.
  init(of request: borrowing RequestHandle, at port: borrowing PortHandle) throws(WinnowError) {
    var made: OpaquePointer?
    try Engine.check(ov_infer_request_get_tensor_by_const_port(request.raw, port.raw, &made), "give its results")
    raw = try made.orFailure()
  }

  deinit { if let raw { ov_tensor_free(raw) } }

  /// Hands the tensor over to somebody else, who must free it.
  consuming func take() throws(WinnowError) -> OpaquePointer {
    let taken = raw
    raw = nil
    return try taken.orFailure()
  }

  /// The values as float32, in memory order.
  func floats() throws(WinnowError) -> UnsafeBufferPointer<Float> {
    var type = DYNAMIC
    var count = 0
    var data: UnsafeMutableRawPointer?
    try Engine.check(ov_tensor_get_element_type(raw, &type), "tell a tensor's type")
    guard type == F32 else { throw WinnowError(.unfitModel, "the network's output is not float32") }
    try Engine.check(ov_tensor_get_size(raw, &count), "tell a tensor's size")
    try Engine.check(ov_tensor_data(raw, &data), "give a tensor's values")
    return UnsafeBufferPointer(start: data?.assumingMemoryBound(to: Float.self), count: data == nil ? 0 : count)
  }
}

extension OpaquePointer? {
  func orFailure() throws(WinnowError) -> OpaquePointer {
    guard let self else { throw WinnowError(.engineFailure, "OpenVINO gave nothing back") }
    return self
  }
}
