public import WinnowCore

/// How a picture becomes the network's input: shorter side to `resize`, a square of `crop` cut out of the middle, each
/// value divided by 255, minus `mean`, divided by `std`. The tensor's height and width are `crop`.
public struct InputSpec: Hashable, Sendable, Codable {
  /// Order of the tensor's dimensions.
  public enum Layout: String, Hashable, Sendable, Codable {
    /// `[batch, 3, crop, crop]`
    case nchw
    /// `[batch, crop, crop, 3]`
    case nhwc
  }

  public enum ColourOrder: String, Hashable, Sendable, Codable {
    case rgb
    case bgr
  }

  public enum Interpolation: String, Hashable, Sendable, Codable {
    /// With antialiasing: the filter widens as the picture shrinks, as PIL does it.
    case bilinear
  }

  public var layout: Layout
  public var colour: ColourOrder
  /// Pixels the shorter side is brought to before the crop. Below `crop`, zeros surround the picture.
  public var resize: Int
  /// Pixels, side of the tensor and so of the square that is cut out.
  public var crop: Int
  /// Three each, in the order red, green, blue whatever `colour` says, for values from 0 to 1.
  public var mean: [Float]
  public var std: [Float]
  public var interpolation: Interpolation

  /// Mean and standard deviation of ImageNet, as torchvision has them.
  public static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
  public static let imageNetStd: [Float] = [0.229, 0.224, 0.225]

  public init(
    layout: Layout = .nchw, colour: ColourOrder = .rgb, resize: Int = 256, crop: Int = 224,
    mean: [Float] = InputSpec.imageNetMean, std: [Float] = InputSpec.imageNetStd,
    interpolation: Interpolation = .bilinear
  ) {
    self.layout = layout
    self.colour = colour
    self.resize = resize
    self.crop = crop
    self.mean = mean
    self.std = std
    self.interpolation = interpolation
  }

  /// The largest side a network may ask for; chosen, not measured.
  public static let largestSide = 4096

  /// - Throws: `.invalidInput` for sizes outside 1 to 4096, or a mean or deviation that is not three sound numbers.
  public func validate() throws(WinnowError) {
    for (name, side) in [("resize", resize), ("crop", crop)] where !(1...Self.largestSide).contains(side) {
      throw WinnowError(
        .invalidInput, "the input's \(name) is \(side)", remedy: "use 1 to \(Self.largestSide) pixels")
    }
    guard mean.count == 3, mean.allSatisfy(\.isFinite) else {
      throw WinnowError(.invalidInput, "the mean is not three numbers", remedy: "give red,green,blue from 0 to 1")
    }
    guard std.count == 3, std.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw WinnowError(
        .invalidInput, "the standard deviation is not three positive numbers",
        remedy: "give red,green,blue, each above 0")
    }
  }
}

/// What the network gives.
public struct OutputSpec: Hashable, Sendable, Codable {
  public enum Values: String, Hashable, Sendable, Codable {
    /// Before the softmax.
    case logits
    /// After it; their logarithms serve as logits.
    case probabilities
  }

  public var values: Values
  /// Name of the output tensor `[batch, classes]`; nil: the first.
  public var tensor: String?
  /// Name of the output tensor `[batch, length]` with the pooled feature; nil: there is none.
  public var feature: String?

  public init(values: Values = .logits, tensor: String? = nil, feature: String? = nil) {
    self.values = values
    self.tensor = tensor
    self.feature = feature
  }
}
