import WinnowCore

/// For each operator, the types of its outputs.
///
/// A rule gives nil for what cannot be known, and throws where the inputs contradict each other.
enum OperatorRules {
  static func types(_ call: OperatorCall, _ kind: Operator) throws(WinnowError) -> [TensorType?] {
    switch kind {
    case .conv: try WindowRules.convolution(call)
    case .maxPool, .averagePool: try WindowRules.pool(call)
    case .globalAveragePool, .globalMaxPool: try WindowRules.globalPool(call)
    case .gemm: try MatrixRules.gemm(call)
    case .matMul: try MatrixRules.matMul(call)
    case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .reduceProd, .reduceL2: try MatrixRules.reduction(call)
    case .batchNormalization, .layerNormalization, .localResponseNormalization, .softmax, .logSoftmax, .relu,
      .leakyRelu, .pRelu, .elu, .clip, .sigmoid, .hardSwish, .hardSigmoid, .gelu, .erf, .tanh, .softplus, .sqrt, .neg,
      .abs, .exp, .log, .reciprocal, .floor, .not, .identity, .scatterND:
      [call.type(0)]
    case .dropout: [call.type(0), call.shape(0).map { TensorType(.bool, $0) }]
    case .add, .sub, .mul, .div, .pow, .mod: try arithmetic(call)
    case .equal, .greater, .less: try comparison(call)
    case .choose: try choice(call)
    case .concat: try ArrangementRules.concat(call)
    case .flatten: try ArrangementRules.flatten(call)
    case .reshape: try ArrangementRules.reshape(call)
    case .transpose: try ArrangementRules.transpose(call)
    case .squeeze: try ArrangementRules.squeeze(call)
    case .unsqueeze: try ArrangementRules.unsqueeze(call)
    case .expand: try ArrangementRules.expand(call)
    case .split: try SelectionRules.split(call)
    case .slice: try SelectionRules.slice(call)
    case .gather: try SelectionRules.gather(call)
    case .pad: try SelectionRules.pad(call)
    case .shape: SelectionRules.shape(call)
    case .constantOfShape: try SelectionRules.constantOfShape(call)
    case .range: [call.type(0).map { TensorType($0.elementType, [.unknown]) }]
    case .constant: [call.node.constantTensor?.type]
    case .cast: cast(call)
    case .quantizeLinear: quantize(call)
    case .dequantizeLinear: dequantize(call)
    }
  }

  private static func arithmetic(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let left = call.type(0), let right = call.type(1) else { return [nil] }
    // The exponent of Pow may be of another type than its base.
    guard left.elementType == right.elementType || call.node.op == "Pow" else {
      throw call.contradiction("it joins \(left.elementType) and \(right.elementType)")
    }
    guard let a = left.shape, let b = right.shape else { return [TensorType(left.elementType, nil)] }
    return [TensorType(left.elementType, try call.broadcast(a, b))]
  }

  private static func comparison(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let left = call.shape(0), let right = call.shape(1) else { return [TensorType(.bool, nil)] }
    return [TensorType(.bool, try call.broadcast(left, right))]
  }

  private static func choice(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let condition = call.shape(0), let yes = call.type(1), let no = call.type(2) else { return [nil] }
    guard let a = yes.shape, let b = no.shape else { return [TensorType(yes.elementType, nil)] }
    return [TensorType(yes.elementType, try call.broadcast(condition, call.broadcast(a, b)))]
  }

  private static func cast(_ call: OperatorCall) -> [TensorType?] {
    guard let target = call.node.int("to").flatMap(ElementType.init(rawValue:)) else { return [nil] }
    return [TensorType(target, call.shape(0))]
  }

  private static func quantize(_ call: OperatorCall) -> [TensorType?] {
    let declared = call.node.int("output_dtype").flatMap(ElementType.init(rawValue:))
    return [TensorType(call.type(2)?.elementType ?? declared ?? .uint8, call.shape(0))]
  }

  private static func dequantize(_ call: OperatorCall) -> [TensorType?] {
    [call.type(1).map { TensorType($0.elementType, call.shape(0)) }]
  }
}

extension Node {
  /// The content of a Constant node; nil for other nodes and for texts.
  var constantTensor: Tensor? {
    guard isOperator("Constant") else { return nil }
    if case .tensor(let tensor) = attributes["value"] { return tensor }
    if let value = float("value_float") { return Tensor(value) }
    if let value = int("value_int") { return try? Tensor([value], shape: []) }
    if let values = ints("value_ints") { return Tensor(values) }
    if case .floats(let values) = attributes["value_floats"] { return try? Tensor(values, shape: [values.count]) }
    return nil
  }
}
