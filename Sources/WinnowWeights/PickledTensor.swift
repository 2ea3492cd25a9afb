import WinnowCore
import WinnowGraph

/// The numbers that tensors look at, as a pickle names them; they lie outside of the pickle.
struct PickledStorage: Hashable, Sendable {
  var key: String
  var elementType: ElementType
  /// In numbers, not negative.
  var count: Int

  /// nil where that is more than there can be.
  var byteCount: Int? {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: elementType.byteCount)
    return overflow ? nil : bytes
  }
}

/// A look at a storage, as a pickle describes it; nothing of it is checked yet.
struct PickledTensor: Hashable, Sendable {
  /// PyTorch has no more dimensions either.
  private static let mostDimensions = 64

  /// What the caller called it.
  var storage: Int
  /// In numbers, as the strides are.
  var offset: Int
  var shape: [Int]
  var strides: [Int]

  /// The bytes that it has row-major; nil where no tensor has such a shape.
  func byteCount(_ type: ElementType) -> Int? {
    guard shape.count <= Self.mostDimensions else { return nil }
    var bytes = type.byteCount
    for dimension in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      bytes = product
    }
    return bytes
  }

  /// The tensor row-major: a slice of the storage where it lies there so, otherwise a copy.
  ///
  /// - Parameter storage: All bytes of the storage, little-endian.
  /// - Throws: `.malformed` where it reaches out of the storage.
  func rowMajor(
    named name: String, _ type: ElementType, of storage: ArraySlice<UInt8>
  ) throws(WinnowError) -> Tensor {
    let width = type.byteCount
    guard let size = byteCount(type), shape.count == strides.count, strides.allSatisfy({ $0 >= 0 }), offset >= 0 else {
      throw .brokenStateDict("the tensor \"\(name.shown)\" has a shape that cannot be")
    }
    guard size == 0 || last.map({ $0 < storage.count / width }) == true else {
      throw .brokenStateDict("the tensor \"\(name.shown)\" reaches out of its numbers")
    }
    var bytes: ArraySlice<UInt8> = []
    if size > 0 {
      let (outer, block) = contiguous
      let start = storage.startIndex + offset * width
      bytes =
        outer == 0 ? storage[start..<start + size] : copied(storage, outer: outer, block: block * width, size: size)
    }
    do {
      return try Tensor(type, shape: shape, bytes: bytes)
    } catch {
      throw .brokenStateDict("the tensor \"\(name.shown)\" has a shape that cannot be", cause: error.message)
    }
  }

  /// The place of its last number in the storage; nil beyond Int.
  private var last: Int? {
    var place = offset
    for (dimension, stride) in zip(shape, strides) {
      let (way, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflow) = place.addingReportingOverflow(way)
      guard !overflow, !sumOverflow else { return nil }
      place = sum
    }
    return place
  }

  /// How many dimensions are outside of the part that is row-major already, and how many numbers that part has.
  private var contiguous: (outer: Int, block: Int) {
    var block = 1
    for (index, (dimension, stride)) in zip(shape, strides).enumerated().reversed() where dimension != 1 {
      guard stride == block else { return (index + 1, block) }
      block *= dimension
    }
    return (0, block)
  }

  /// - Parameters:
  ///   - outer: How many dimensions to walk through.
  ///   - block: The bytes to take at each place.
  ///   - size: The bytes of all.
  private func copied(_ storage: ArraySlice<UInt8>, outer: Int, block: Int, size: Int) -> ArraySlice<UInt8> {
    let width = size / shape.reduce(1, *)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var index = [Int](repeating: 0, count: outer)
    var place = storage.startIndex + offset * width
    while bytes.count < size {
      bytes.append(contentsOf: storage[place..<place + block])
      for dimension in index.indices.reversed() {
        if index[dimension] + 1 < shape[dimension] {
          index[dimension] += 1
          place += strides[dimension] * width
          break
        }
        place -= index[dimension] * strides[dimension] * width
        index[dimension] = 0
      }
    }
    return bytes[...]
  }
}
