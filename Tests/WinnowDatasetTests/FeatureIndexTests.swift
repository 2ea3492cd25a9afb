import Testing
import WinnowCore

@testable import WinnowDataset

@Suite("Features")
struct FeatureIndexTests {
  private struct Noise {
    var state: UInt64 = 99
    mutating func next() -> Float {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(state >> 40) / Float(1 << 24)
    }
    /// As a network gives them: none below zero, so that all lean to one side until their mean is taken off.
    mutating func feature(_ length: Int) -> [Float] { (0..<length).map { _ in max(0, next() * 3 - 1) } }
  }

  @Test("copies are candidates and strangers are not, before and after the mean is known", arguments: [80, 700])
  func candidates(_ count: Int) {
    var noise = Noise()
    let index = FeatureIndex()
    let features = (0..<count).map { _ in noise.feature(200) }
    for (id, feature) in features.enumerated() { index.add(feature, id: id) }
    for id in 0..<20 { index.add(features[id].map { max(0, $0 + (noise.next() - 0.5) * 0.5) }, id: count + id) }
    var found: Set<NearDuplicates.Pair> = []
    index.candidates(atMost: 48) { found.insert(.init(first: $0, second: $1)) }
    #expect(found == Set((0..<20).map { .init(first: $0, second: count + $0) }))
  }

  @Test("a code's bits differ as the angle does")
  func angles() throws {
    var noise = Noise()
    let coder = FeatureCode(sample: [[Float](repeating: 0, count: 300), [Float](repeating: 0, count: 300)])
    let one = (0..<300).map { _ in noise.next() - 0.5 }
    let code = try #require(coder.code(one))
    func share(_ other: [Float]) throws -> Double {
      let other = try #require(coder.code(other))
      return Double(zip(code, other).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }) / 512
    }
    #expect(try share(one.map { $0 * 3 }) == 0)
    #expect(try share(one.map { -$0 }) == 1)
    #expect(abs(try share((0..<300).map { _ in noise.next() - 0.5 }) - 0.5) < 0.1)
    #expect(coder.code([1, 2]) == nil)
  }

  @Test("a copy whose hash is too far away is found by its feature, and a stranger's feature alone joins nothing")
  func helpsTheHash() {
    var noise = Noise()
    let feature = noise.feature(64)
    let pictures = [MadePicture(seed: 1), MadePicture(seed: 2), MadePicture(seed: 3)]
    let cut: (Float, Float, Float, Float) = (0.14, 0, 0.14, 0)
    var near = NearDuplicates()
    near.add(pictures[0].signature(), feature: feature)
    near.add(pictures[1].signature(), feature: feature)
    near.add(pictures[2].signature(), feature: noise.feature(64))
    near.add(pictures[0].signature(cut: cut), feature: feature)
    #expect(near.groups() == [0, 1, 2, 0])
    var byHash = NearDuplicates()
    for picture in pictures { byHash.add(picture.signature()) }
    byHash.add(pictures[0].signature(cut: cut))
    #expect(byHash.groups() == [0, 1, 2, 3])
  }
}
