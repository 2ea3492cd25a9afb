import Testing
import WinnowBundle
import WinnowCore
import WinnowFiles

@Suite("Golden answers")
struct GoldenTests {
  @Test("a golden picture is the same on every machine")
  func pictures() {
    let picture = GoldenPicture(seed: 1).pixels(side: 32)
    var hasher = ContentHasher()
    hasher.update(picture)
    #expect(hasher.finish().hex == "ac5628043f13b2871557efbef7e9aad1f7d9a3e01cfd39d48426c6c61ee2a7a2")
    #expect(picture.count == 32 * 32 * 3)
    #expect(Set(picture).count > 100)
    #expect(GoldenPicture(seed: 2).pixels(side: 32) != picture)
  }

  @Test("the difference does not see what a softmax does not see")
  func shift() {
    #expect(GoldenCheck.difference([1, 2, 3], from: [1, 2, 3]) == 0)
    #expect(GoldenCheck.difference([11, 12, 13], from: [1, 2, 3]) < 1e-9)
    #expect(abs(GoldenCheck.difference([0, 2, 4], from: [1, 2, 3]) - 1) < 1e-9)
  }

  @Test("wrong lengths and values that are no numbers are infinitely far")
  func infinite() {
    #expect(GoldenCheck.difference([1], from: [1, 2]) == .infinity)
    #expect(GoldenCheck.difference([.nan, 1], from: [1, 2]) == .infinity)
    #expect(GoldenCheck.difference([], from: []) == .infinity)
  }

  @Test("a check passes within the tolerance of its precision and fails beyond it")
  func check() throws {
    let answers = [GoldenAnswers.Answer(picture: GoldenPicture(seed: 1), logits: [1, 2, 3])]
    let golden = GoldenAnswers(answers: answers, tolerances: ["fp32": 0.001, "bf16": 0.2])
    try GoldenCheck.check([[1, 2, 3.1]], against: golden, precision: "bf16", model: "m@1")
    let error = #expect(throws: WinnowError.self) {
      try GoldenCheck.check([[1, 2, 3.1]], against: golden, precision: "fp32", model: "m@1")
    }
    #expect(error?.code == .goldenMismatch)
    #expect(error?.message.contains("m@1") == true)
    #expect(throws: WinnowError.self) {
      try GoldenCheck.check([[1, 2, 3]], against: golden, precision: "int8", model: "m@1")
    }
    #expect(throws: WinnowError.self) { try GoldenCheck.check([], against: golden, precision: "fp32", model: "m@1") }
  }

  @Test("golden.json is read back, and other schemas and empty lists are refused")
  func json() throws {
    let golden = GoldenAnswers(answers: [.init(picture: GoldenPicture(seed: .max), logits: [0.1, -3e-20, 17])])
    #expect(try GoldenAnswers(json: try golden.json()) == golden)
    var other = golden
    other.schema = 2
    let json = try other.json()
    #expect(throws: WinnowError.self) { try GoldenAnswers(json: json) }
    let empty = try GoldenAnswers(answers: []).json()
    #expect(throws: WinnowError.self) { try GoldenAnswers(json: empty) }
    #expect(throws: WinnowError.self) { try GoldenAnswers(json: Array("nonsense".utf8)) }
  }
}
