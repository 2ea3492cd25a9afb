import Foundation
import Testing
import WinnowImaging

@Suite("colour profiles")
struct ColourProfileTests {
  /// IEC 61966-2-1.
  private func toLinear(_ value: Double) -> Double {
    value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  private func fromLinear(_ value: Double) -> Double {
    let light = min(max(value, 0), 1)
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
  }

  /// What a Display P3 pixel is in sRGB: linear light times the product of both matrices (SMPTE EG 432-1, D65).
  private func fromDisplayP3(_ pixel: [UInt8]) -> [UInt8] {
    let matrix = [[1.22494, -0.22494, 0], [-0.04206, 1.04206, 0], [-0.01964, -0.07864, 1.09827]]
    let light = pixel.map { toLinear(Double($0) / 255) }
    return matrix.map { row in UInt8((fromLinear(zip(row, light).reduce(0) { $0 + $1.0 * $1.1 }) * 255).rounded()) }
  }

  @Test("a wide profile is converted to sRGB", arguments: ["png/p3.png", "webp/p3.webp"])
  func wide(name: String) throws {
    let plain = try decode(try SharedData.seed("png/rgb.png")).pixels
    let expected = Pixels(
      width: 20, height: 14,
      bytes: (0..<280).flatMap { fromDisplayP3(Array(plain.bytes[$0 * 3..<$0 * 3 + 3])) })
    let found = try decode(try SharedData.seed(name)).pixels
    #expect(try #require(found.largestDifference(to: expected)) <= 1)
    #expect(try #require(found.meanDifference(to: plain)) > 1)
  }

  @Test("a JPEG's profile is used as well")
  func wideJPEG() throws {
    let plain = try decode(try SharedData.seed("jpeg/srgb.jpg")).pixels
    let expected = Pixels(
      width: 20, height: 14,
      bytes: (0..<280).flatMap { fromDisplayP3(Array(plain.bytes[$0 * 3..<$0 * 3 + 3])) })
    let found = try decode(try SharedData.seed("jpeg/p3.jpg")).pixels
    #expect(try #require(found.largestDifference(to: expected)) <= 1)
  }

  @Test("an sRGB profile changes nothing")
  func srgb() throws {
    #expect(
      try decode(SharedData.seed("jpeg/srgb.jpg")).pixels == decode(SharedData.seed("jpeg/baseline.jpg")).pixels)
  }

  @Test("a grey profile is used")
  func grey() throws {
    let plain = try decode(try SharedData.seed("jpeg/grey.jpg")).pixels
    let found = try decode(try SharedData.seed("jpeg/grey-gamma.jpg")).pixels
    let expected = plain.bytes.map { UInt8((fromLinear(pow(Double($0) / 255, 1.8)) * 255).rounded()) }
    let difference = Pixels(width: 20, height: 14, bytes: expected).largestDifference(to: found)
    #expect(try #require(difference) <= 1)
  }

  /// The curves of the seeds in `profile`.
  private func curve(_ name: String, _ value: Double) -> Double {
    switch name {
    case "gamma": pow(value, 1.8)
    case "para1": pow(0.9 * value + 0.1, 2.2)
    case "para2": pow(0.9 * value + 0.1, 2.2) + 0.01
    default: value
    }
  }

  @Test("curves of every kind are read", arguments: ["gamma", "identity", "para1", "para2"])
  func curves(name: String) throws {
    var file = PNGFile(width: 256, height: 1) { x, _ in [UInt8(x), UInt8(x), UInt8(x)] }
    let profile = try SharedData.seed("profile/\(name).icc")
    file.chunks = [("iCCP", Array("p".utf8) + [0, 0] + PNGFile.stored(profile))]
    let found = try decode(file.bytes).pixels
    for x in 0..<256 {
      let expected = fromLinear(curve(name, Double(x) / 255)) * 255
      #expect(found[x, 0].allSatisfy { abs(Double($0) - expected) <= 1 }, "\(x) became \(found[x, 0])")
    }
  }

  @Test("a broken profile, or one for other colours, is ignored")
  func broken() throws {
    var file = PNGFile(width: 12, height: 12)
    let profile = try SharedData.seed("profile/p3.icc")
    let grey = try SharedData.seed("profile/grey.icc")
    for bytes in [Array(profile.prefix(140)), Array(profile.prefix(20)), [], grey, Array(repeating: 0xff, count: 400)] {
      file.chunks = [("iCCP", Array("p".utf8) + [0, 0] + PNGFile.stored(bytes))]
      #expect(try decode(file.bytes).pixels == file.pixels)
    }
  }
}
