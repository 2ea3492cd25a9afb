/// Looks for the smallest value of a smooth function by its gradients, step by step: limited-memory BFGS (Nocedal 1980)
/// with a backtracking line search. Pure: it says where to look, and is told what is there.
struct LimitedMemoryBFGS {
  /// Steps that are remembered; chosen, as most libraries have it.
  private static let memory = 10
  /// A step must bring this share of what the slope promises (Armijo 1966).
  private static let sufficient = 1e-4

  /// The best point so far.
  private(set) var point: [Float]
  /// Where the function is to be evaluated next; nil once the search has ended.
  private(set) var trial: [Float]?

  private let tolerance: Double
  private let longest: Int
  private var steps = 0
  private var value = Double.infinity
  private var gradient: [Float] = []
  private var direction: [Float] = []
  private var slope = 0.0
  private var stepSize = 1.0
  private var halvings = 0
  private var past: [(step: [Float], change: [Float], scale: Double)] = []

  /// - Parameters:
  ///   - tolerance: the length of the gradient, relative to the first one's or to 1, below which the search ends.
  ///   - longest: steps at most.
  init(from start: [Float], tolerance: Double = 1e-3, longest: Int = 200) {
    point = start
    trial = start
    self.tolerance = tolerance
    self.longest = longest
  }

  /// What the function is at `trial`.
  mutating func take(value newValue: Double, gradient newGradient: [Float]) {
    guard let reached = trial else { return }
    if gradient.isEmpty {
      (value, gradient) = (newValue, newGradient)
      return setOut()
    }
    guard newValue <= value + Self.sufficient * stepSize * slope, newValue.isFinite else {
      halvings += 1
      // So small a step changes nothing in single precision.
      guard halvings < 20 else {
        trial = nil
        return
      }
      stepSize /= 2
      return stepFrom(point)
    }
    remember(step: Self.difference(reached, point), change: Self.difference(newGradient, gradient))
    let gain = value - newValue
    (point, value, gradient) = (reached, newValue, newGradient)
    steps += 1
    // Rounding hides what is below this.
    guard steps < longest, gain > 1e-7 * max(1, abs(value)) else {
      trial = nil
      return
    }
    setOut()
  }

  private mutating func setOut() {
    let length = Self.product(gradient, gradient).squareRoot()
    guard length > tolerance else {
      trial = nil
      return
    }
    direction = descent()
    slope = Self.product(direction, gradient)
    if slope >= 0 {
      // What is remembered misleads.
      past = []
      direction = gradient.map { -$0 }
      slope = -length * length
    }
    stepSize = past.isEmpty ? 1 / max(1, length) : 1
    halvings = 0
    stepFrom(point)
  }

  private mutating func stepFrom(_ start: [Float]) {
    let size = Float(stepSize)
    var next = start
    for index in next.indices { next[index] += size * direction[index] }
    trial = next
  }

  private mutating func remember(step: [Float], change: [Float]) {
    let curvature = Self.product(step, change)
    // Of a step along which the function does not curve upwards nothing is to be learnt.
    guard curvature > 1e-10 * Self.product(change, change) else { return }
    if past.count == Self.memory { past.removeFirst() }
    past.append((step, change, 1 / curvature))
  }

  /// Nocedal's two loops.
  private func descent() -> [Float] {
    var result = gradient.map { -$0 }
    var shares = [Double](repeating: 0, count: past.count)
    for index in past.indices.reversed() {
      shares[index] = past[index].scale * Self.product(past[index].step, result)
      Self.add(past[index].change, times: -shares[index], to: &result)
    }
    if let last = past.last {
      let scale = Float(1 / (last.scale * Self.product(last.change, last.change)))
      for index in result.indices { result[index] *= scale }
    }
    for index in past.indices {
      let share = past[index].scale * Self.product(past[index].change, result)
      Self.add(past[index].step, times: shares[index] - share, to: &result)
    }
    return result
  }

  private static func product(_ a: [Float], _ b: [Float]) -> Double {
    // Eight sums side by side, so that the loop is vectorised and its order fixed.
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sums = SIMD8<Double>()
        let whole = a.count & ~7
        for start in stride(from: 0, to: whole, by: 8) {
          for lane in 0..<8 { sums[lane] += Double(a[start + lane]) * Double(b[start + lane]) }
        }
        var sum = sums.sum()
        for index in whole..<a.count { sum += Double(a[index]) * Double(b[index]) }
        return sum
      }
    }
  }

  private static func add(_ a: [Float], times scale: Double, to b: inout [Float]) {
    let scale = Float(scale)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        for index in a.indices { b[index] += scale * a[index] }
      }
    }
  }

  private static func difference(_ a: [Float], _ b: [Float]) -> [Float] {
    var result = a
    for index in result.indices { result[index] -= b[index] }
    return result
  }
}
