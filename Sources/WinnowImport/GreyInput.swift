import WinnowCore
import WinnowGraph

extension Graph {
  /// The graph of a network that takes grey pictures, made to take colour: red, green and blue are weighed as ITU-R
  /// BT.601 has it, which is what PIL's "L" and torchvision's Grayscale compute.
  ///
  /// Weighing normalised values gives the normalised grey where mean and deviation are the same for all three colours.
  func takingColour(_ signature: ClassifierSignature) throws(WinnowError) -> Graph {
    guard signature.channels == 1, let place = inputs.firstIndex(where: { $0.name == signature.input }) else {
      return self
    }
    let luma: [Float] = [0.299, 0.587, 0.114]
    let weights = unusedName(signature.input + "/luma")
    let grey = unusedName(signature.input + "/grey")
    var graph = self
    for index in graph.nodes.indices {
      graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == signature.input ? grey : $0 }
    }
    let channels: Int
    switch signature.layout {
    case .nchw:
      channels = 1
      graph.initialisers[weights] = try Tensor(luma, shape: [1, 3, 1, 1])
      graph.nodes.insert(
        Node(
          "Conv", name: grey, inputs: [signature.input, weights], outputs: [grey],
          attributes: ["kernel_shape": .ints([1, 1])]), at: 0)
    case .nhwc:
      channels = 3
      graph.initialisers[weights] = try Tensor(luma, shape: [3, 1])
      graph.nodes.insert(
        Node("MatMul", name: grey, inputs: [signature.input, weights], outputs: [grey]), at: 0)
    }
    graph.inputs[place].type.shape?[channels] = .fixed(3)
    try graph.checkNames()
    return graph
  }

  private func unusedName(_ wanted: String) -> String {
    let taken = Set(nodes.flatMap(\.outputs)).union(initialisers.keys).union(inputs.map(\.name))
    var name = wanted
    while taken.contains(name) { name += "_" }
    return name
  }
}
