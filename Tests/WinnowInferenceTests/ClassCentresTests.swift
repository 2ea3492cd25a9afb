import Testing
import WinnowInference

@Suite("How like a picture is to what was taught")
struct ClassCentresTests {
  private static func bytes(_ rows: [[Float]]) -> [UInt8] {
    rows.joined().flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  @Test("is the cosine to the nearest centre, whatever the lengths")
  func nearest() throws {
    let rows: [[Float]] = [[3, 0, 0, 0, 0, 0, 0, 0, 0, 4], [0, 2, 0, 0, 0, 0, 0, 0, 0, 0]]
    let centres = try #require(ClassCentres(Self.bytes(rows), classCount: 2))
    #expect(abs((centres.familiarity(of: [6, 0, 0, 0, 0, 0, 0, 0, 0, 8]) ?? 0) - 1) < 1e-6)
    #expect(abs((centres.familiarity(of: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]) ?? 0) - 0.6) < 1e-6)
    #expect(centres.familiarity(of: [-1, -1, 0, 0, 0, 0, 0, 0, 0, 0]).map { $0 < 0 } == true)
  }

  @Test("is not told of a feature that is none, nor by centres that are none")
  func nothing() throws {
    let centres = try #require(ClassCentres(Self.bytes([[1, 0], [0, 1]]), classCount: 2))
    #expect(centres.familiarity(of: [0, 0]) == nil)
    #expect(centres.familiarity(of: [1, 0, 0]) == nil)
    #expect(centres.familiarity(of: [.nan, 1]) == nil)
    #expect(ClassCentres([], classCount: 2) == nil)
    #expect(ClassCentres(Self.bytes([[1, 0], [0]]), classCount: 2) == nil)
    #expect(ClassCentres(Self.bytes([[.infinity, 0]]), classCount: 1) == nil)
  }

  @Test("a class that no picture was of is like nothing")
  func emptyClass() throws {
    let centres = try #require(ClassCentres(Self.bytes([[0, 0], [0, 1]]), classCount: 2))
    #expect(centres.familiarity(of: [1, 0]) == 0)
  }
}
