import Testing

@testable import WinnowTraining

@Suite("Centres of classes")
struct ClassCentreSumsTests {
  private static func cosine(_ left: [Double], _ right: [Double]) -> Double {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
  }

  @Test("a picture is compared with its class as it would be without it")
  func leavingOut() throws {
    let features: [[Float]] = [[1, 0], [0.6, 0.8], [0, 1], [-1, 0.2]]
    var centres = ClassCentreSums(classCount: 2, width: 2)
    for (index, feature) in features.enumerated() {
      feature.withUnsafeBufferPointer { centres.add($0, of: index == 3 ? 1 : 0) }
    }
    let rest = [0.6 + 0, 0.8 + 1]
    let own = features[0].withUnsafeBufferPointer { centres.familiarity(of: $0, leavingOut: 0) }
    #expect(abs(try #require(own) - Self.cosine([1, 0], rest)) < 1e-6)
    let other = features[0].withUnsafeBufferPointer { centres.familiarity(of: $0, leavingOut: nil) }
    #expect(abs(try #require(other) - Self.cosine([1, 0], [1.6, 1.8])) < 1e-6)
    // Alone in its class it is compared with the others.
    let alone = features[3].withUnsafeBufferPointer { centres.familiarity(of: $0, leavingOut: 1) }
    #expect(abs(try #require(alone) - Self.cosine([-1, 0.2], [1.6, 1.8])) < 1e-6)
  }
}
