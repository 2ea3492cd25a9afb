import Testing

@testable import WinnowTraining

@Suite("The search for a smallest value")
struct LimitedMemoryBFGSTests {
  private static func minimum(
    from start: [Float], tolerance: Double = 1e-4, longest: Int = 500, of function: ([Float]) -> (Double, [Float])
  ) -> (point: [Float], evaluations: Int) {
    var search = LimitedMemoryBFGS(from: start, tolerance: tolerance, longest: longest)
    var evaluations = 0
    while let trial = search.trial {
      let (value, gradient) = function(trial)
      search.take(value: value, gradient: gradient)
      evaluations += 1
    }
    return (search.point, evaluations)
  }

  @Test("finds the bottom of a bowl whose sides are a thousand times as steep one way as the other")
  func bowl() {
    let found = Self.minimum(from: [50, 50, 50]) { point in
      let scales: [Float] = [1, 30, 1000]
      let gradient = zip(point, scales).map { ($0 - 1) * $1 }
      return (zip(gradient, point).reduce(0.0) { $0 + Double($1.0 * ($1.1 - 1)) / 2 }, gradient)
    }
    #expect(found.point.allSatisfy { abs($0 - 1) < 1e-3 }, "\(found)")
    #expect(found.evaluations < 60)
  }

  /// Rosenbrock 1960.
  @Test("follows a curved valley to its lowest point")
  func valley() {
    let found = Self.minimum(from: [-1.2, 1]) { point in
      let (x, y) = (Double(point[0]), Double(point[1]))
      let value = 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x)
      return (value, [Float(-400 * x * (y - x * x) - 2 * (1 - x)), Float(200 * (y - x * x))])
    }
    #expect(abs(found.point[0] - 1) < 0.05 && abs(found.point[1] - 1) < 0.1, "\(found)")
  }

  @Test("ends at once where it is flat, and after so many steps where it is not")
  func ends() {
    let flat = Self.minimum(from: [3]) { _ in (7, [0]) }
    #expect(flat.point == [3] && flat.evaluations == 1)
    let endless = Self.minimum(from: [0], longest: 5) { point in (-Double(point[0]), [-1]) }
    #expect(endless.evaluations <= 7)
  }

  @Test("turns back from where the function is no number")
  func cliff() {
    let found = Self.minimum(from: [4]) { point in
      point[0] < 0.5 ? (.nan, [.nan]) : (Double((point[0] - 1) * (point[0] - 1)), [2 * (point[0] - 1)])
    }
    #expect(abs(found.point[0] - 1) < 1e-2)
  }
}
