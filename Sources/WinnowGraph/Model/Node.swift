/// One operation of a graph.
public struct Node: Hashable, Sendable {
  /// May be empty, and need not be unique.
  public var name: String
  /// The operator, in ONNX's spelling: `"Conv"`.
  public var op: String
  /// Empty for ONNX's own operators.
  public var domain: String
  /// Names of values; an empty name is an optional input left out.
  public var inputs: [String]
  /// Names of values; an empty name is an optional output left out.
  public var outputs: [String]
  public var attributes: [String: Attribute]

  public init(
    _ op: String, name: String = "", domain: String = "", inputs: [String], outputs: [String],
    attributes: [String: Attribute] = [:]
  ) {
    self.op = op
    self.name = name
    self.domain = domain
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }

  public func int(_ name: String) -> Int? {
    if case .int(let value) = attributes[name] { value } else { nil }
  }

  public func float(_ name: String) -> Float? {
    if case .float(let value) = attributes[name] { value } else { nil }
  }

  public func string(_ name: String) -> String? {
    if case .string(let value) = attributes[name] { value } else { nil }
  }

  public func ints(_ name: String) -> [Int]? {
    if case .ints(let value) = attributes[name] { value } else { nil }
  }

  /// What to call the node in messages and tables: its name, or else its first output.
  public var label: String { name.isEmpty ? outputs.first { !$0.isEmpty } ?? op : name }

  /// The input at `index`; nil if it is left out.
  public func input(_ index: Int) -> String? {
    index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
  }

  /// An operator of ONNX itself with this name.
  public func isOperator(_ op: String) -> Bool { domain.isEmpty && self.op == op }
}
