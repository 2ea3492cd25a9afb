import Testing
import WinnowCore
import WinnowWire

@Suite("Messages about pixels")
struct CropMessageTests {
  private static func part(
    area: Float = 0.5, ratio: Float = 1, x: Float = 0, y: Float = 1
  ) -> CropWish.Region {
    .part(CropWish.Part(area: area, ratio: ratio, x: x, y: y, isMirrored: true))
  }

  @Test(
    "every request survives the way there",
    arguments: [
      CropWish(side: 16, region: .centre(resize: 1)), CropWish(side: 1024, region: .centre(resize: 16_384)),
      CropWish(side: 224, region: part()), CropWish(side: 224, region: part(area: 1, ratio: 0.25, x: 1, y: 0)),
    ])
  func requests(wish: CropWish) throws {
    let request = WorkerRequest.crop(id: 7, wish, offset: 123_456)
    #expect(try WorkerRequest(request.encoded()) == request)
  }

  @Test(
    "what no picture has is refused",
    arguments: [
      CropWish(side: 15, region: .centre(resize: 256)), CropWish(side: 1025, region: .centre(resize: 256)),
      CropWish(side: 224, region: .centre(resize: 0)), CropWish(side: 224, region: .centre(resize: 16_385)),
      CropWish(side: 224, region: part(area: 0)), CropWish(side: 224, region: part(area: .nan)),
      CropWish(side: 224, region: part(ratio: 5)), CropWish(side: 224, region: part(x: -0.1)),
      CropWish(side: 224, region: part(y: 1.1)),
    ])
  func nonsense(wish: CropWish) {
    let message = WorkerRequest.crop(id: 7, wish, offset: 0).encoded()
    #expect(throws: WinnowError.self) { try WorkerRequest(message) }
  }

  @Test("an offset outside of every memory file is refused", arguments: [-1, WorkerRequest.largestCropOffset + 1])
  func offsets(offset: Int) {
    let message = WorkerRequest.crop(id: 7, CropWish(side: 224, region: .centre(resize: 256)), offset: offset).encoded()
    #expect(throws: WinnowError.self) { try WorkerRequest(message) }
  }

  @Test("an answer survives the way back, and a shortened one is refused")
  func answers() throws {
    let digest = try #require(ContentDigest(bytes: (0..<32).map { UInt8($0) }))
    let answer = WorkerAnswer.cropped(id: 9, digest: digest)
    #expect(try WorkerAnswer(answer.encoded()) == answer)
    for length in 0..<answer.encoded().count {
      #expect(throws: WinnowError.self) { try WorkerAnswer(Array(answer.encoded()[..<length])) }
    }
  }
}
