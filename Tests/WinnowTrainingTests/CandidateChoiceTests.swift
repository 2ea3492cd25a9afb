import Testing
import WinnowGraph

@testable import WinnowTraining

@Suite("Head or fine-tuned network")
struct CandidateChoiceTests {
  /// A candidate that gives the right class of each picture so much more than the others.
  private static func candidate(
    _ method: TrainingSettings.Method, pictures: Range<Int>, margin: (Int) -> Float
  ) -> TrainingCandidate {
    var logits: [Float] = []
    for picture in pictures { for label in 0..<3 { logits.append(label == picture % 3 ? margin(picture) : 0) } }
    let answers = TestedHead(
      classCount: 3, logits: logits, labels: pictures.map { $0 % 3 }, groups: Array(pictures))
    return TrainingCandidate(
      method: method, graph: Graph(inputs: [], outputs: [], nodes: []), judged: answers,
      judgedPictures: Array(pictures), tested: answers, testedPictures: [], recent: answers,
      centres: ClassCentreSums(classCount: 3, width: 1), familiarity: [])
  }

  /// Noise that is the same each time.
  private static func wobble(_ picture: Int) -> Float { Float((picture * 7919) % 17) / 17 - 0.5 }

  @Test("the network comes out where it is better, and where it is as good, by the pictures that judge both")
  func better() throws {
    let head = Self.candidate(.head, pictures: 0..<300) { 1 + Self.wobble($0) * 3 }
    let better = Self.candidate(.finetune, pictures: 200..<300) { 1.5 + Self.wobble($0) }
    let choice = try #require(CandidateChoice(head: head, tuned: better))
    #expect(choice.takesTuned && choice.difference < 0 && choice.tunedAccuracy > choice.headAccuracy)
    let same = Self.candidate(.finetune, pictures: 200..<300) { 1 + Self.wobble($0) * 3 }
    #expect(CandidateChoice(head: head, tuned: same)?.takesTuned == true)
  }

  @Test("the head comes out where the network is worse beyond what chance does")
  func worse() throws {
    let head = Self.candidate(.head, pictures: 0..<300) { 3 + Self.wobble($0) }
    let worse = Self.candidate(.finetune, pictures: 0..<100) { Self.wobble($0 * 3) * 6 }
    let choice = try #require(CandidateChoice(head: head, tuned: worse))
    #expect(!choice.takesTuned && choice.difference > choice.standardError)
  }

  @Test("without a picture that judges both there is nothing to choose by")
  func apart() {
    let head = Self.candidate(.head, pictures: 0..<10) { _ in 1 }
    let tuned = Self.candidate(.finetune, pictures: 20..<30) { _ in 1 }
    #expect(CandidateChoice(head: head, tuned: tuned) == nil)
  }
}
