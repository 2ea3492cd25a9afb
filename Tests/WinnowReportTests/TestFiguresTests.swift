import Foundation
import Testing
import WinnowEvaluation

@testable import WinnowReport

@Suite("The report of a test")
struct TestFiguresTests {
  private static func pictures(_ answers: [(right: Int, answered: Int)]) -> [TestedPicture] {
    answers.enumerated().map { index, answer in
      TestedPicture(
        right: answer.right, answered: answer.answered, probability: 0.9,
        rightProbability: answer.right == answer.answered ? 0.9 : 0.1, isInBestFive: true, group: index)
    }
  }

  private static func page(_ figures: TestFigures, mistakes: [ReportPage.Shown] = []) -> String {
    ReportPage(
      figures: figures, plots: TestPlots(figures), mistakes: mistakes, doubtful: [], changed: nil,
      warnings: ["<b>careful</b>"]
    ).html
  }

  @Test("of a perfect model has no confusion, and intervals that still leave room for doubt")
  func perfect() throws {
    let figures = TestFigures(
      Self.pictures((0..<40).map { ($0 % 2, $0 % 2) }), labels: ["cat", "dog"], seed: 0)
    #expect(figures.accuracy.value == 1 && figures.macroF1.value == 1 && figures.confusion == [[20, 0], [0, 20]])
    #expect(try #require(figures.accuracy.low) < 0.95 && figures.topFive == nil)
    #expect(figures.classes.allSatisfy { $0.f1?.value == 1 && !$0.isSmall })
    #expect(Self.page(figures).contains("every answer is right"))
  }

  @Test("of a model that names one class alone has no precision where it never answers")
  func oneAnswer() {
    let figures = TestFigures(Self.pictures((0..<30).map { ($0 % 3, 0) }), labels: ["a", "b", "c"], seed: 0)
    #expect(abs(figures.accuracy.value - 1.0 / 3) < 1e-12 && figures.classes[1].precision == nil)
    #expect(figures.classes[1].recall?.value == 0 && figures.classes[1].f1?.value == 0)
    #expect(abs(figures.macroF1.value - 0.5 / 3) < 1e-12)
  }

  @Test("marks classes with few pictures, and shows those without any")
  func smallClasses() {
    let figures = TestFigures(
      Self.pictures((0..<20).map { ($0 < 15 ? 0 : 1, 0) }), labels: ["many", "few", "none"], seed: 0)
    #expect(figures.classes.map(\.isSmall) == [false, true, true])
    #expect(figures.classes[2].count == 0 && figures.classes[2].recall == nil)
    #expect(Self.page(figures).contains("class=\"small\""))
  }

  @Test("goes to JSON and back whole, with the fields that scripts read")
  func json() throws {
    let figures = TestFigures(Self.pictures((0..<20).map { ($0 % 2, 0) }), labels: ["a", "b"], seed: 0)
    let data = try JSONEncoder().encode(figures)
    #expect(try JSONDecoder().decode(TestFigures.self, from: data) == figures)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for field in ["n", "accuracy", "macro_f1", "weighted_f1", "classes", "confusion", "ece", "img_per_s", "leaks"] {
      #expect(object[field] != nil, "\(field)")
    }
    let first = try #require((object["classes"] as? [[String: Any]])?.first)
    #expect(Set(["class", "n", "precision", "recall", "f1"]).isSubset(of: first.keys))
  }

  @Test("loads nothing, and takes no name for markup")
  func markup() {
    let nasty = "<script>alert(1)</script>\"'&"
    var figures = TestFigures(Self.pictures([(0, 1), (1, 1)]), labels: [nasty, "向日葵"], seed: 0)
    (figures.model, figures.folder) = (nasty, nasty)
    let shown = ReportPage.Shown(
      name: nasty, right: nasty, answered: "向日葵", probability: 0.9, thumbnail: [0xFF, 0xD8, 0xFF, 0xD9])
    let page = Self.page(figures, mistakes: [shown])
    #expect(!page.contains("<script") && !page.contains("<b>careful") && page.contains("向日葵"))
    #expect(page.contains("data:image/jpeg;base64,/9j/2Q=="))
    let addresses = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    #expect(!addresses.contains("http:") && !addresses.contains("https:") && !addresses.contains("url("))
  }

  @Test("counts one scene once: copies of a picture make its intervals no narrower")
  func groups() throws {
    let single = Self.pictures((0..<40).map { (0, $0 % 4 == 0 ? 1 : 0) })
    let copied = single.flatMap { Array(repeating: $0, count: 5) }
    let narrow = TestFigures(single, labels: ["a", "b"], seed: 0).weightedF1
    let same = TestFigures(copied, labels: ["a", "b"], seed: 0).weightedF1
    let (one, other) = (try #require(narrow.low), try #require(same.low))
    #expect(abs(one - other) < 0.03 && narrow.value == same.value)
  }
}
