import Testing
import WinnowImaging

@Suite("normalising")
struct NormalisationTests {
  private func apply(_ pixels: [UInt8], _ layout: Normalisation.Layout) -> [Float] {
    var output = [Float](repeating: .nan, count: pixels.count)
    pixels.withUnsafeBufferPointer { pixels in
      output.withUnsafeMutableBufferPointer { Normalisation.imageNet.apply(pixels, as: layout, into: $0) }
    }
    return output
  }

  @Test("is (value / 255 - mean) / deviation in float32, for every value of every channel")
  func values() {
    let pixels = (0..<256).flatMap { [UInt8($0), UInt8($0), UInt8($0)] }
    let output = apply(pixels, .interleaved)
    let (mean, deviation) = ([0.485, 0.456, 0.406] as [Float], [0.229, 0.224, 0.225] as [Float])
    for value in 0..<256 {
      for channel in 0..<3 {
        #expect(output[3 * value + channel] == (Float(value) / 255 - mean[channel]) / deviation[channel])
      }
    }
  }

  @Test("planar holds all of red, then green, then blue")
  func layouts() {
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6]
    let interleaved = apply(pixels, .interleaved)
    #expect(apply(pixels, .planar) == [0, 3, 1, 4, 2, 5].map { interleaved[$0] })
  }
}
