import CWinnowImage

/// From 8-bit RGB to the numbers that a network takes, as torchvision's `ToTensor` and `Normalize` compute them:
/// `(value / 255 - mean) / standardDeviation`, each step in float32.
public struct Normalisation: Hashable, Sendable {
  /// How a tensor's pixels lie in memory.
  public enum Layout: String, Hashable, Sendable, Codable {
    /// All of red, then green, then blue: `[3, height, width]`.
    case planar = "NCHW"
    /// Pixel by pixel: `[height, width, 3]`.
    case interleaved = "NHWC"
  }

  /// Three tables of 256: what each value of red, green and blue becomes.
  private let tables: [Float]

  /// - Parameters:
  ///   - mean: of red, green and blue, on the scale 0 to 1.
  ///   - standardDeviation: likewise; not zero.
  public init(mean: [Float], standardDeviation: [Float]) {
    precondition(mean.count == 3 && standardDeviation.count == 3)
    tables = zip(mean, standardDeviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) / 255 - mean) / deviation }
    }
  }

  /// ImageNet's usual figures.
  public static let imageNet = Normalisation(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// - Parameters:
  ///   - pixels: RGB, 8 bits a channel, as `EvaluationTransform` writes them.
  ///   - output: as many floats as `pixels` has bytes.
  public func apply(
    _ pixels: UnsafeBufferPointer<UInt8>, as layout: Layout, into output: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(pixels.count == output.count && pixels.count.isMultiple(of: 3))
    cwinnow_image_normalise(pixels.baseAddress, pixels.count / 3, tables, layout == .planar, output.baseAddress)
  }
}
