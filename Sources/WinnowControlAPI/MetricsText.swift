/// Figures in the text format that Prometheus scrapes, version 0.0.4.
public struct MetricsText: Sendable {
  public enum Kind: String, Sendable {
    /// Goes up and down.
    case gauge
    /// Counts up from the daemon's start; its name ends in `_total`.
    case counter
  }

  public struct Sample: Sendable {
    public var labels: [(name: String, value: String)]
    public var value: Double

    public init(_ labels: KeyValuePairs<String, String> = [:], _ value: Double) {
      self.labels = labels.map { ($0.key, $0.value) }
      self.value = value
    }
  }

  public private(set) var text = ""

  public init() {}

  /// Adds one family. One without samples is left out.
  ///
  /// - Parameters:
  ///   - name: with its unit at the end, as Prometheus' conventions ask for: `winnow_ledger_bytes`.
  ///   - help: one sentence.
  public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(Self.escape(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
      text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(Self.number(sample.value))\n"
    }
  }

  public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    add(name, kind, help, [Sample([:], value)])
  }

  private static func escape(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return "\(whole)" }
    if value.isNaN { return "NaN" }
    return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
  }
}
