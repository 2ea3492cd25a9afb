public import WinnowCore
public import WinnowGraph

/// Public weights, and what of them fits an architecture.
public struct PretrainedWeights {
  private let tensors: [String: Tensor]

  /// - Parameter file: All of a weight file.
  /// - Throws: `.malformed`; `.unknownFormat`.
  public init(_ file: [UInt8]) throws(WinnowError) {
    if TorchStateDict.isBeginning(file) {
      tensors = try TorchStateDict.read(file)
    } else if Safetensors.isBeginning(file) {
      tensors = try Safetensors.read(file)
    } else {
      throw WinnowError(
        .unknownFormat, "the file is neither a state dict of PyTorch nor a safetensors file",
        remedy: "save the weights anew: torch.save(model.state_dict(), \"weights.pth\")")
    }
  }

  /// How many classes the weights' own head tells apart.
  ///
  /// - Throws: `.weightMismatch` where there is no head.
  public func classCount(of architecture: Architecture) throws(WinnowError) -> Int {
    guard let head = tensors[architecture.headWeight], let count = head.shape.first, count > 0 else {
      throw mismatch(architecture, "there is no \(architecture.headWeight)")
    }
    return count
  }

  /// The network with these weights, as it is trained.
  ///
  /// - Throws: `.weightMismatch` that names missing, surplus and misshapen tensors.
  public func graph(of architecture: Architecture) throws(WinnowError) -> Graph {
    let classes = try classCount(of: architecture)
    let wanted = try architecture.parameters(classes: classes)
    let names = Set(wanted.map(\.name))
    let missing = wanted.filter { tensors[$0.name] == nil }.map(\.name)
    let misshapen = wanted.filter { wanted in tensors[wanted.name].map { $0.shape != wanted.shape } ?? false }
    // PyTorch counts the batches that a normalisation has seen; nobody needs that.
    let surplus = tensors.keys.filter { !names.contains($0) && !$0.hasSuffix("num_batches_tracked") }.sorted()
    var complaints: [String] = []
    if !missing.isEmpty { complaints.append("missing: " + Self.list(missing)) }
    if !surplus.isEmpty { complaints.append("not of it: " + Self.list(surplus)) }
    if !misshapen.isEmpty {
      complaints.append(
        "of another shape: "
          + Self.list(misshapen.map { "\($0.name) \(tensors[$0.name]?.shape ?? []) for \($0.shape)" }))
    }
    guard complaints.isEmpty else { throw mismatch(architecture, complaints.joined(separator: "; ")) }
    return try architecture.graph(classes: classes) { (parameter) throws(WinnowError) in
      guard let tensor = tensors[parameter.name], let floats = tensor.floats else {
        throw mismatch(architecture, "\(parameter.name) holds no floating-point numbers")
      }
      guard floats.allSatisfy(\.isFinite) else {
        throw mismatch(architecture, "\(parameter.name) holds what is no number")
      }
      return tensor.elementType == .float32 ? tensor : try Tensor(floats, shape: tensor.shape)
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }

  private func mismatch(_ architecture: Architecture, _ what: String) -> WinnowError {
    WinnowError(
      .weightMismatch, "the weights are not those of \(architecture.name): \(what)",
      remedy: "name the architecture that they belong to; its tensors are to be called as torchvision calls them")
  }
}

extension WinnowError.Code {
  public static let weightMismatch = Self("weight_mismatch")
  static let unknownFormat = Self("unknown_format")
}
