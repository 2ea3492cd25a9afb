internal import CWinnowTorch
public import WinnowCore

/// Owns one of LibTorch's tensors.
private struct TensorHandle: ~Copyable {
  let raw: OpaquePointer
  private let library: TorchLibrary

  init(_ raw: OpaquePointer, of library: TorchLibrary) {
    self.raw = raw
    self.library = library
  }

  deinit { library.functions.release(raw) }
}

/// Numbers in LibTorch. Copies share them, and operators make new ones.
///
///     let map = try picture.conv(weight, bias: nil, window, groups: 1).relu()
public struct TorchTensor {
  /// What its numbers are.
  public enum Numbers: UInt32, Sendable {
    case float32 = 0
    case bfloat16 = 1
    case int64 = 2
    case uint8 = 3
  }

  public enum Device: UInt32, Sendable {
    case cpu = 0
    case cuda = 1
  }

  /// Height and width of what slides over a map, in pixels; pads are the same at both ends.
  public struct Window: Hashable, Sendable {
    public var kernel: [Int]
    public var stride: [Int]
    public var pads: [Int]
    public var dilation: [Int]

    public init(kernel: [Int], stride: [Int] = [1, 1], pads: [Int] = [0, 0], dilation: [Int] = [1, 1]) {
      (self.kernel, self.stride, self.pads, self.dilation) = (kernel, stride, pads, dilation)
    }

    var raw: wtorch_window {
      func pair(_ numbers: [Int]) -> (Int64, Int64) { (Int64(numbers[0]), Int64(numbers[1])) }
      return wtorch_window(kernel: pair(kernel), stride: pair(stride), pads: pair(pads), dilation: pair(dilation))
    }
  }

  /// So that copies of the value share one handle.
  private final class Storage {
    let handle: TensorHandle
    init(_ handle: consuming TensorHandle) { self.handle = handle }
  }

  public let library: TorchLibrary
  private let storage: Storage

  var raw: OpaquePointer { storage.handle.raw }

  private init(_ raw: OpaquePointer, of library: TorchLibrary) {
    self.library = library
    storage = Storage(TensorHandle(raw, of: library))
  }

  /// What a call hands out.
  init(
    of library: TorchLibrary, _ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(WinnowError) {
    var raw: OpaquePointer?
    try library.check(make(&raw))
    guard let raw else { throw WinnowError(.torchFailure, "LibTorch gave back no tensor") }
    self.init(raw, of: library)
  }

  // MARK: - Making and reading

  /// - Parameter bytes: row-major, as many as the shape needs; copied.
  public init(
    _ bytes: UnsafeRawBufferPointer, as numbers: Numbers, shape: [Int], on device: Device = .cpu,
    in library: TorchLibrary
  ) throws(WinnowError) {
    let width = [4, 2, 8, 1][Int(numbers.rawValue)]
    guard let start = bytes.baseAddress, bytes.count == shape.reduce(width, *) else {
      throw WinnowError(.torchFailure, "\(bytes.count) bytes do not fill a tensor \(shape)")
    }
    let sizes = shape.map(Int64.init)
    try self.init(of: library) { out in
      library.functions.make(
        wtorch_type(numbers.rawValue), sizes, sizes.count, start, wtorch_device(device.rawValue), out)
    }
  }

  /// - Parameter values: row-major, as many as the shape needs.
  public init(
    _ values: [Float], shape: [Int], on device: Device = .cpu, in library: TorchLibrary
  ) throws(WinnowError) {
    self = try values.withUnsafeBufferPointer { values throws(WinnowError) in
      try TorchTensor(UnsafeRawBufferPointer(values), as: .float32, shape: shape, on: device, in: library)
    }
  }

  public func shape() throws(WinnowError) -> [Int] {
    var rank = 0
    try library.check(library.functions.rank(raw, &rank))
    var sizes = [Int64](repeating: 0, count: rank)
    try library.check(library.functions.shape(raw, &sizes))
    return sizes.map { Int($0) }
  }

  /// Its numbers as float32, row-major.
  public func floats() throws(WinnowError) -> [Float] {
    let count = try shape().reduce(1, *)
    var values = [Float](repeating: 0, count: count)
    try library.check(library.functions.read(raw, &values, count))
    return values
  }

  /// A copy that shares nothing, and is not differentiated.
  public func clone() throws(WinnowError) -> TorchTensor {
    try made { library.functions.clone(raw, $0) }
  }

  /// Overwrites the numbers with another's.
  public func assign(_ source: TorchTensor) throws(WinnowError) {
    try library.check(library.functions.assign_in_place(raw, source.raw))
  }

  public func cast(to numbers: Numbers) throws(WinnowError) -> TorchTensor {
    try made { library.functions.cast(raw, wtorch_type(numbers.rawValue), $0) }
  }

  /// The same numbers with the channels innermost, for `[N, C, H, W]`.
  public func channelsLast() throws(WinnowError) -> TorchTensor {
    try made { library.functions.channels_last(raw, $0) }
  }

  /// Makes it one that gradients are wanted of.
  public func wantGradient() throws(WinnowError) {
    try library.check(library.functions.want_gradient_in_place(raw))
  }

  /// From `[N, side, side, 3]` of bytes to `[N, 3, side, side]`, channels last: `(value / 255 - mean) / deviation`.
  ///
  /// - Parameters:
  ///   - mean: of red, green and blue, on the scale 0 to 1.
  ///   - deviation: likewise.
  public func normalisedPixels(
    mean: [Float], deviation: [Float], as numbers: Numbers
  ) throws(WinnowError) -> TorchTensor {
    precondition(mean.count == 3 && deviation.count == 3)
    return try made { library.functions.normalise_pixels(raw, mean, deviation, wtorch_type(numbers.rawValue), $0) }
  }

  // MARK: - Operators

  public func conv(
    _ weight: TorchTensor, bias: TorchTensor?, _ window: Window, groups: Int
  ) throws(WinnowError) -> TorchTensor {
    var window = window.raw
    return try made { library.functions.conv(raw, weight.raw, bias?.raw, &window, Int64(groups), $0) }
  }

  /// - Parameter training: with the batch's own statistics, towards which `mean` and `variance` move by `momentum`.
  public func batchNorm(
    weight: TorchTensor, bias: TorchTensor, mean: TorchTensor, variance: TorchTensor, training: Bool,
    momentum: Double, epsilon: Double
  ) throws(WinnowError) -> TorchTensor {
    try made {
      library.functions.batch_norm(
        raw, weight.raw, bias.raw, mean.raw, variance.raw, training, momentum, epsilon, $0)
    }
  }

  /// Over the last dimensions, as many as `weight` has.
  public func layerNorm(
    weight: TorchTensor, bias: TorchTensor?, epsilon: Double
  ) throws(WinnowError) -> TorchTensor {
    try made { library.functions.layer_norm(raw, weight.raw, bias?.raw, epsilon, $0) }
  }

  /// - Parameter inPlace: overwrites this tensor, which no other reader may want.
  public func relu(inPlace: Bool = false) throws(WinnowError) -> TorchTensor {
    try apply(WTORCH_RELU, inPlace: inPlace)
  }

  func apply(_ op: wtorch_unary, inPlace: Bool = false) throws(WinnowError) -> TorchTensor {
    try made { library.functions.unary(op, raw, inPlace, $0) }
  }

  public func clip(_ low: Double, _ high: Double, inPlace: Bool = false) throws(WinnowError) -> TorchTensor {
    try made { library.functions.clip(raw, low, high, inPlace, $0) }
  }

  func combine(_ op: wtorch_binary, _ other: TorchTensor) throws(WinnowError) -> TorchTensor {
    try made { library.functions.binary(op, raw, other.raw, $0) }
  }

  public func maxPool(_ window: Window, roundsUp: Bool) throws(WinnowError) -> TorchTensor {
    var window = window.raw
    return try made { library.functions.max_pool(raw, &window, roundsUp, $0) }
  }

  public func averagePool(_ window: Window, roundsUp: Bool, countsPads: Bool) throws(WinnowError) -> TorchTensor {
    var window = window.raw
    return try made { library.functions.average_pool(raw, &window, roundsUp, countsPads, $0) }
  }

  public func mean(over axes: [Int], keeping: Bool) throws(WinnowError) -> TorchTensor {
    let axes = axes.map(Int64.init)
    return try made { library.functions.mean(raw, axes, axes.count, keeping, $0) }
  }

  /// One behind the other along a dimension; at least one.
  public static func concat(_ tensors: [TorchTensor], axis: Int) throws(WinnowError) -> TorchTensor {
    let library = tensors[0].library
    return try withExtendedLifetime(tensors) { () throws(WinnowError) in
      try TorchTensor(of: library) { library.functions.concat(tensors.map(\.raw), tensors.count, Int64(axis), $0) }
    }
  }

  /// - Parameter shape: -1 for one that follows from the others.
  public func reshaped(_ shape: [Int]) throws(WinnowError) -> TorchTensor {
    let sizes = shape.map(Int64.init)
    return try made { library.functions.reshape(raw, sizes, sizes.count, $0) }
  }

  public func transposed(_ order: [Int]) throws(WinnowError) -> TorchTensor {
    let order = order.map(Int64.init)
    return try made { library.functions.transpose(raw, order, order.count, $0) }
  }

  /// Times `weight`, `[out, in]`, transposed, plus `bias`.
  public func linear(_ weight: TorchTensor, bias: TorchTensor?) throws(WinnowError) -> TorchTensor {
    try made { library.functions.linear(raw, weight.raw, bias?.raw, $0) }
  }

  public func matmul(_ other: TorchTensor) throws(WinnowError) -> TorchTensor {
    try made { library.functions.matmul(raw, other.raw, $0) }
  }

  public func softmax(axis: Int) throws(WinnowError) -> TorchTensor {
    try made { library.functions.softmax(raw, Int64(axis), $0) }
  }

  /// Each number stays where its draw, 0 to 1, is below `keep`, and is scaled so that the mean stays.
  public func dropout(_ draws: TorchTensor, keep: Double) throws(WinnowError) -> TorchTensor {
    try made { library.functions.dropout(raw, draws.raw, keep, $0) }
  }

  // MARK: - Learning

  /// Mean cross entropy of these logits, `[N, classes]`, with the targets' probabilities, `[N, classes]`.
  ///
  /// - Parameter weights: of the classes; nil weighs all alike.
  public func crossEntropy(_ targets: TorchTensor, weights: TorchTensor?) throws(WinnowError) -> TorchTensor {
    try made { library.functions.cross_entropy(raw, targets.raw, weights?.raw, $0) }
  }

  /// Adds to the gradients of all that this was made of.
  public func backward() throws(WinnowError) { try library.check(library.functions.backward(raw)) }

  private func made(_ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) throws(WinnowError) -> TorchTensor {
    try TorchTensor(of: library, make)
  }
}
