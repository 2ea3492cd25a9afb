import WinnowBundle
import WinnowCore

extension BundleManifest {
  private static let parametersKey = "parameters"

  init(
    name: String, created: Timestamp, classes: [String], input: InputSpec, output: OutputSpec, parameters: Int
  ) {
    self.init(
      name: name, created: created, classes: classes, input: input, output: output,
      metrics: [Self.parametersKey: Metric(value: Double(parameters))])
  }

  /// Learnt numbers of the file that the model was imported from: simplifying may have joined some. Nil where nobody
  /// counted.
  var parameters: Int? { metrics[Self.parametersKey].flatMap { Int(exactly: $0.value) } }

  /// What was measured, without what was counted.
  var measured: [String: Metric] { metrics.filter { $0.key != Self.parametersKey } }
}
