import Testing
import WinnowCore
import WinnowWire

@Suite("Messages about looks")
struct LookMessageTests {
  static let plain = PictureLook(
    facts: WorkerMessageTests.bare, storage: PictureStorage(colour: .rgb),
    measures: PictureMeasures(
      brightness: 0, contrast: 0, darkest: 0, lightest: 0, entropy: 0, sharpness: 0),
    signature: PictureSignature(
      luma: [UInt8](repeating: 9, count: 64 * 64), colour: [UInt8](repeating: 200, count: 8 * 8 * 3)))
  /// Everything that can be there, as large as it may be.
  static let full: PictureLook = {
    var look = plain
    look.facts = WorkerMessageTests.facts
    look.facts.camera = String(repeating: "x", count: 256)
    look.storage = PictureStorage(
      colour: .palette, bitsPerSample: 16, hasAlpha: true, hasForeignProfile: true, orientation: 8, isSequence: true)
    look.measures = PictureMeasures(
      brightness: 1, contrast: 0.5, darkest: 1, lightest: 1, entropy: 8, sharpness: 1e6)
    look.scores = (0..<10).map { ClassProbability(index: $0, probability: 0.1) }
    look.feature = [Float](repeating: -2.5, count: 8192)
    look.thumbnail = [UInt8](repeating: 0xff, count: PictureLook.largestThumbnail)
    return look
  }()

  @Test(
    "every request for a look survives the way there",
    arguments: [
      LookWishes(), LookWishes(thumbnailSide: 32), LookWishes(thumbnailSide: 512, conversion: true),
      LookWishes(conversion: true), LookWishes(mirroredFeature: true),
    ])
  func requests(wishes: LookWishes) throws {
    let request = WorkerRequest.look(id: .max, wishes)
    #expect(try WorkerRequest(request.encoded()) == request)
  }

  @Test("thumbnails of other sides are refused", arguments: [0, 31, 513, Int(UInt32.max)])
  func sides(side: Int) {
    let message = WorkerRequest.look(id: 1, LookWishes(thumbnailSide: side)).encoded()
    #expect(throws: WinnowError.self) { try WorkerRequest(message) }
  }

  @Test("a thumbnail and a mirrored feature are not to be had at once, as an answer has no room for both")
  func both() {
    let message = WorkerRequest.look(id: 1, LookWishes(thumbnailSide: 32, mirroredFeature: true)).encoded()
    #expect(throws: WinnowError.self) { try WorkerRequest(message) }
    var look = Self.plain
    look.feature = [Float](repeating: 1, count: PictureLook.longestFeature)
    look.mirroredFeature = look.feature
    #expect(WorkerAnswer.looked(id: 1, look, converted: 1).encoded().count <= workerMessageLimit)
  }

  @Test("the largest look survives the way there and fits a message", arguments: [nil, 1, conversionLimit])
  func answers(converted: Int?) throws {
    let answer = WorkerAnswer.looked(id: 7, Self.full, converted: converted)
    #expect(answer.encoded().count <= workerMessageLimit)
    #expect(try WorkerAnswer(answer.encoded()) == answer)
    let small = WorkerAnswer.looked(id: 7, Self.plain, converted: converted)
    #expect(try WorkerAnswer(small.encoded()) == small)
  }

  @Test("no look that ends early or goes on too long is taken")
  func lengths() {
    let message = WorkerAnswer.looked(id: 1, Self.plain, converted: 5).encoded()
    for count in 0..<message.count {
      #expect(throws: WinnowError.self, "\(count)") { try WorkerAnswer(Array(message[..<count])) }
    }
    #expect(throws: WinnowError.self) { try WorkerAnswer(message + [0]) }
  }

  private func isRefused(converted: Int? = nil, _ change: (inout PictureLook) -> Void = { _ in }) -> Bool {
    var look = Self.plain
    change(&look)
    return (try? WorkerAnswer(WorkerAnswer.looked(id: 1, look, converted: converted).encoded())) == nil
  }

  @Test("looks outside their ranges are refused")
  func ranges() {
    #expect(!isRefused())
    for value: Float in [-0.001, 1.001, .nan, .infinity] {
      for measure in [
        \PictureMeasures.brightness, \.contrast, \.darkest, \.lightest,
      ] {
        #expect(isRefused { $0.measures[keyPath: measure] = value }, "\(value)")
      }
    }
    for value: Float in [-1, 8.01, .nan] { #expect(isRefused { $0.measures.entropy = value }) }
    for value: Float in [-1, .nan, .infinity] { #expect(isRefused { $0.measures.sharpness = value }) }
    for bits in [0, 33] { #expect(isRefused { $0.storage.bitsPerSample = bits }) }
    for orientation in [0, 9] { #expect(isRefused { $0.storage.orientation = orientation }) }
    #expect(isRefused { $0.facts.width = 0 })
    for count in [0, 64 * 64 - 1, 64 * 64 + 1] {
      #expect(isRefused { $0.signature.luma = [UInt8](repeating: 0, count: count) })
    }
    #expect(isRefused { $0.signature.colour.removeLast() })
    #expect(isRefused { $0.feature = [.nan] })
    #expect(isRefused { $0.mirroredFeature = [1] })
    #expect(isRefused { ($0.feature, $0.mirroredFeature) = ([1], [.infinity]) })
    #expect(!isRefused { ($0.feature, $0.mirroredFeature) = ([1], [2]) })
    #expect(isRefused { $0.feature = [Float](repeating: 0, count: 8193) })
    #expect(isRefused { $0.thumbnail = [UInt8](repeating: 0, count: PictureLook.largestThumbnail + 1) })
    for converted in [0, -1, conversionLimit + 1] { #expect(isRefused(converted: converted)) }
  }

  @Test("scores are probabilities, best first, of ten classes at most, none named twice")
  func scores() {
    let (likely, unlikely) = (
      ClassProbability(index: 3, probability: 0.75), ClassProbability(index: 1, probability: 0.25)
    )
    #expect(!isRefused { $0.scores = [likely, unlikely] })
    #expect(isRefused { $0.scores = [unlikely, likely] })
    #expect(isRefused { $0.scores = [likely, likely] })
    #expect(isRefused { $0.scores = (0..<11).map { ClassProbability(index: $0, probability: 0.05) } })
    for probability in [-0.001, 1.001, .nan] {
      #expect(isRefused { $0.scores = [ClassProbability(index: 0, probability: probability)] })
    }
  }

  @Test("sound looks with random damage are a look or an error, never a crash")
  func damage() {
    var random = SystemRandomNumberGenerator()
    let sound = WorkerAnswer.looked(id: 1, Self.plain, converted: 5).encoded()
    for _ in 0..<2000 {
      var message = sound
      for _ in 0..<4 {
        // Most of a look is signature, where any byte is sound: aim at the head and the tail.
        let near = Int.random(in: 0..<120, using: &random)
        message[Bool.random(using: &random) ? near : message.count - 1 - near] = .random(in: 0 ... .max, using: &random)
      }
      if let answer = try? WorkerAnswer(message) { #expect((try? WorkerAnswer(answer.encoded())) == answer) }
    }
  }
}
