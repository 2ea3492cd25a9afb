import WinnowCore

/// A way to walk through the elements of a tensor: Transpose, Slice and Expand are such walks.
struct StridedView {
  private(set) var shape: [Int]
  private var strides: [Int]
  private var offset = 0

  /// All elements of a tensor of this shape, in their order.
  init(_ shape: [Int]) {
    self.shape = shape
    strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  }

  func transposed(_ order: [Int]) -> StridedView {
    var result = self
    result.shape = order.map { shape[$0] }
    result.strides = order.map { strides[$0] }
    return result
  }

  /// Nil if the shapes do not fit by broadcasting.
  func broadcast(to target: [Int]) -> StridedView? {
    guard target.count >= shape.count else { return nil }
    let lead = target.count - shape.count
    var result = self
    result.shape = target
    result.strides = Array(repeating: 0, count: lead) + strides
    for axis in shape.indices where shape[axis] != target[axis + lead] {
      guard shape[axis] == 1 else { return nil }
      result.strides[axis + lead] = 0
    }
    return result
  }

  /// Keeps `count` entries of an axis, beginning with `first`.
  mutating func take(axis: Int, first: Int, count: Int, step: Int) {
    offset += first * strides[axis]
    strides[axis] *= count > 1 ? step : 0
    shape[axis] = count
  }

  /// The elements of `tensor`, which has the shape this view was made for, in the order of the walk.
  func copy(_ tensor: Tensor) -> Tensor? {
    guard let count = Tensor.elementCount(shape) else { return nil }
    let width = tensor.elementType.byteCount
    let bytes = [UInt8](unsafeUninitializedCapacity: count * width) { target, initialised in
      tensor.bytes.withUnsafeBytes { source in
        var place = Array(repeating: 0, count: shape.count)
        var from = offset
        for index in 0..<count {
          for byte in 0..<width { target[index * width + byte] = source[from * width + byte] }
          advance(&place, &from)
        }
      }
      initialised = count * width
    }
    return try? Tensor(tensor.elementType, shape: shape, bytes: bytes[...])
  }

  private func advance(_ place: inout [Int], _ from: inout Int) {
    for axis in shape.indices.reversed() {
      place[axis] += 1
      from += strides[axis]
      if place[axis] < shape[axis] { return }
      from -= strides[axis] * shape[axis]
      place[axis] = 0
    }
  }
}
