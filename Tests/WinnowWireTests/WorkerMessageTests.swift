import Testing
import WinnowCore
import WinnowWire

@Suite("Messages between daemon and worker")
struct WorkerMessageTests {
  static let facts = PictureFacts(
    digest: ContentDigest(bytes: (0..<32).map { UInt8($0) })!, byteCount: 5_000_000_000, format: "heif", width: 4032,
    height: 3024, perceptualHash: 0xFEDC_BA98_7654_3210, captureTime: Timestamp(nanoseconds: -1),
    camera: "Nikon \u{1F4F7} Z9")
  static let bare = PictureFacts(
    digest: facts.digest, byteCount: 1, format: "png", width: 1, height: 1, perceptualHash: 0)
  static let scores = [WireScore(index: 3, probability: 0.75), WireScore(index: 999, probability: 0.25)]

  static let answers: [WorkerAnswer] = [
    .ready(WorkerReady(device: "CPU", precision: "bf16", classCount: 1000, capacity: 8, loadedFromCache: true)),
    .classified(id: .max, picture: facts, scores: scores, logits: [], familiarity: nil),
    .classified(
      id: 0, picture: bare, scores: [WireScore(index: 0, probability: 1)], logits: [-1.5, 0, 3e38], familiarity: 0.25),
    .refused(id: 7, Refusal(.corrupt, "the scan data contradict the header"), digest: facts.digest),
    .refused(id: 8, Refusal(.unreadable, ""), digest: nil),
    .failed(code: "bundle_broken", message: "the self-check failed", remedy: "import the model again"),
    .failed(code: "out_of_memory", message: "no memory", remedy: nil),
  ]

  @Test("every answer survives the way there", arguments: answers)
  func answerRoundTrip(answer: WorkerAnswer) throws {
    #expect(try WorkerAnswer(answer.encoded()) == answer)
  }

  @Test("every kind of refusal survives the way there", arguments: Refusal.Kind.allCases)
  func refusals(kind: Refusal.Kind) throws {
    let answer = WorkerAnswer.refused(id: 1, Refusal(kind, "why"), digest: nil)
    #expect(try WorkerAnswer(answer.encoded()) == answer)
  }

  @Test("every request survives the way there", arguments: [true, false])
  func requestRoundTrip(wantsLogits: Bool) throws {
    let request = WorkerRequest.classify(id: 0x0102_0304_0506_0708, wantsLogits: wantsLogits)
    #expect(request.encoded() == [1, 8, 7, 6, 5, 4, 3, 2, 1, wantsLogits ? 1 : 0])
    #expect(try WorkerRequest(request.encoded()) == request)
  }

  @Test("no message that ends early or goes on too long is taken", arguments: answers)
  func lengths(answer: WorkerAnswer) {
    let message = answer.encoded()
    for count in 0..<message.count {
      #expect(throws: WinnowError.self, "\(count) of \(message.count)") { try WorkerAnswer(Array(message[..<count])) }
    }
    #expect(throws: WinnowError.self) { try WorkerAnswer(message + [0]) }
  }

  @Test("requests of the wrong length, tag or truth value are refused")
  func badRequests() {
    let message = WorkerRequest.classify(id: 1, wantsLogits: true).encoded()
    for count in 0..<message.count {
      #expect(throws: WinnowError.self) { try WorkerRequest(Array(message[..<count])) }
    }
    #expect(throws: WinnowError.self) { try WorkerRequest(message + [0]) }
    #expect(throws: WinnowError.self) { try WorkerRequest([2] + message.dropFirst()) }
    #expect(throws: WinnowError.self) { try WorkerRequest(message.dropLast() + [2]) }
  }

  @Test("random bytes, and sound messages with random damage, are an answer or an error, never a crash")
  func damage() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var message = Self.answers.randomElement(using: &random)!.encoded()
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        message[Int.random(in: 0..<message.count, using: &random)] = .random(in: 0 ... .max, using: &random)
      }
      if let answer = try? WorkerAnswer(message) { #expect((try? WorkerAnswer(answer.encoded())) == answer) }
      let noise = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...5, using: &random) }
      _ = try? WorkerAnswer(noise)
      _ = try? WorkerRequest(noise)
    }
  }

  @Test("a count far beyond the message reserves no memory for it")
  func hugeCounts() {
    var writer = ByteWriter()
    writer.write(UInt32.max)
    var reader = ByteReader(writer.bytes)
    #expect(throws: WinnowError.self) {
      _ = try reader.readList(atMost: .max) { reader throws(WinnowError) in try reader.read(UInt8.self) }
    }
    reader = ByteReader(writer.bytes)
    #expect(throws: WinnowError.self) { _ = try reader.readBytes(atMost: .max) }
  }

  private func isRefused(_ picture: PictureFacts, _ scores: [WireScore], _ logits: [Float] = []) -> Bool {
    (try? WorkerAnswer(
      WorkerAnswer.classified(id: 1, picture: picture, scores: scores, logits: logits, familiarity: nil).encoded()))
      == nil
  }

  @Test("answers outside their ranges are refused")
  func ranges() {
    #expect(!isRefused(Self.bare, Self.scores))
    #expect(isRefused(Self.bare, []))
    for probability: Float in [-0.001, 1.001, .nan, .infinity] {
      #expect(isRefused(Self.bare, [WireScore(index: 0, probability: probability)]), "\(probability)")
    }
    #expect(isRefused(Self.bare, Self.scores.reversed()))
    #expect(isRefused(Self.bare, [Self.scores[0], Self.scores[0]]))
    #expect(isRefused(Self.bare, (0..<11).map { WireScore(index: $0, probability: 0.05) }))
    #expect(isRefused(Self.bare, Self.scores, [1, .nan]))
    #expect(isRefused(Self.bare, Self.scores, [.infinity]))
    #expect(isRefused(Self.bare, Self.scores, [Float](repeating: 0, count: 100_001)))
    for change in [\PictureFacts.width, \.height] {
      var picture = Self.bare
      picture[keyPath: change] = 0
      #expect(isRefused(picture, Self.scores))
    }
    var picture = Self.bare
    picture.byteCount = -1
    #expect(isRefused(picture, Self.scores))
    picture = Self.bare
    picture.camera = String(repeating: "x", count: 257)
    #expect(isRefused(picture, Self.scores))
  }

  @Test("texts that are not UTF-8 are mended, not refused")
  func badText() throws {
    var writer = ByteWriter()
    writer.write(UInt8(4))
    writer.write([UInt8(0xFF)])
    writer.write("message")
    writer.write(false)
    #expect(try WorkerAnswer(writer.bytes) == .failed(code: "\u{FFFD}", message: "message", remedy: nil))
  }
}
