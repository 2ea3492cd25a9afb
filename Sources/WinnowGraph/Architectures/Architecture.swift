public import WinnowCore

/// A network that is known by name, as it stands in torchvision, or in timm for resnet50d: layers, and what its parameters
/// are called there, so that public weights fit.
public struct Architecture: Hashable, Sendable {
  public let name: String
  private let family: Family

  private enum Family: Hashable {
    case mobileNetV2
    case resNet(ResNet)
    case squeezeNet11
    case mobileNetV3(MobileNetV3)
    case efficientNetB0
    case convNeXtTiny
  }

  public static let all = [
    Architecture(name: "mobilenet_v2", family: .mobileNetV2),
    Architecture(name: "resnet18", family: .resNet(ResNet(depths: [2, 2, 2, 2], isBottleneck: false))),
    Architecture(name: "resnet34", family: .resNet(ResNet(depths: [3, 4, 6, 3], isBottleneck: false))),
    Architecture(name: "resnet50", family: .resNet(ResNet(depths: [3, 4, 6, 3], isBottleneck: true))),
    Architecture(name: "resnet101", family: .resNet(ResNet(depths: [3, 4, 23, 3], isBottleneck: true))),
    Architecture(
      name: "resnet50d", family: .resNet(ResNet(depths: [3, 4, 6, 3], isBottleneck: true, isVariantD: true))),
    Architecture(name: "squeezenet1_1", family: .squeezeNet11),
    Architecture(name: "mobilenet_v3_small", family: .mobileNetV3(.small)),
    Architecture(name: "mobilenet_v3_large", family: .mobileNetV3(.large)),
    Architecture(name: "efficientnet_b0", family: .efficientNetB0),
    Architecture(name: "convnext_tiny", family: .convNeXtTiny),
  ]

  private init(name: String, family: Family) {
    self.name = name
    self.family = family
  }

  /// - Throws: `.unknownArchitecture`, which lists those there are.
  public init(named name: String) throws(WinnowError) {
    guard let known = Self.all.first(where: { $0.name == name }) else {
      throw WinnowError(
        .unknownArchitecture, "there is no architecture \"\(name)\"",
        remedy: "use one of: \(Self.all.map(\.name).joined(separator: ", "))")
    }
    self = known
  }

  /// Side of the pictures that its public weights were trained on, in pixels.
  public static let pictureSide = 224

  /// The name of the classifier head's weights, whose first dimension is the number of classes.
  public var headWeight: String {
    switch family {
    case .mobileNetV2, .squeezeNet11, .efficientNetB0: "classifier.1.weight"
    case .convNeXtTiny: "classifier.2.weight"
    case .mobileNetV3: "classifier.3.weight"
    case .resNet: "fc.weight"
    }
  }

  /// A tensor of the network, by its name and shape.
  public struct Parameter: Hashable, Sendable {
    public let name: String
    public let shape: [Int]
  }

  /// The network as it is trained: `input` `[N, 3, 224, 224]`, `logits` `[N, classes]`, normalisations as nodes of their
  /// own.
  ///
  /// - Parameter value: Gives each parameter its numbers, in the order of the layers.
  /// - Throws: What `value` throws; `inconsistentGraph` where it gives another shape.
  public func graph(
    classes: Int, value: (Parameter) throws(WinnowError) -> Tensor
  ) throws(WinnowError) -> Graph {
    try withoutActuallyEscaping(value) { value throws(WinnowError) in
      var layers = NetworkLayers(name: name, value: value)
      switch family {
      case .mobileNetV2: try layers.mobileNetV2(classes: classes)
      case .resNet(let shape): try layers.resNet(shape, classes: classes)
      case .squeezeNet11: try layers.squeezeNet11(classes: classes)
      case .mobileNetV3(let shape): try layers.mobileNetV3(shape, classes: classes)
      case .efficientNetB0: try layers.efficientNetB0(classes: classes)
      case .convNeXtTiny: try layers.convNeXtTiny(classes: classes)
      }
      return try layers.finished()
    }
  }

  /// All its tensors, in the order of the layers.
  public func parameters(classes: Int) throws(WinnowError) -> [Parameter] {
    var found: [Parameter] = []
    _ = try graph(classes: classes) { (parameter) throws(WinnowError) in
      found.append(parameter)
      return try Tensor([Float](repeating: 0, count: parameter.shape.reduce(1, *)), shape: parameter.shape)
    }
    return found
  }
}

extension WinnowError.Code {
  public static let unknownArchitecture = Self("unknown_architecture")
}
