import WinnowCore

/// Reads the keys of one map, reporting whatever is wrong and going on with the default.
///
/// A key is known because it was asked for: `finish` calls all others unknown.
struct SectionReader {
  /// What a key does in this version.
  enum Effect {
    case inForce
    /// Read and checked so that the file keeps its meaning later, with a warning that nothing follows from it yet.
    case none
  }

  /// Dotted path of this map; empty at the top.
  let key: String
  /// Of the map; nil when the file does not hold it.
  let position: SourcePosition?
  let report: ConfigurationReport
  private let entries: [ConfigurationNode.Entry]
  private var known: [String] = []

  init(key: String, node: ConfigurationNode?, at position: SourcePosition?, report: ConfigurationReport) {
    self.key = key
    self.position = position
    self.report = report
    switch node?.content {
    case .map(let entries): self.entries = entries
    case .empty, nil: self.entries = []
    case .scalar, .list:
      entries = []
      if let node {
        report.problem(
          at: node.position, key: key, "must be a map of keys and values, not \(node.kind)",
          remedy: "write each key on its own line, indented, as KEY: VALUE")
      }
    }
    if let position { report.place(key, at: position) }
  }

  /// The keys that the map holds, in the order of the file.
  var names: [String] { entries.map(\.key) }

  /// The map under `name`; empty when there is none.
  mutating func section(_ name: String) -> SectionReader {
    let entry = entry(name)
    return SectionReader(key: path(name), node: entry?.value, at: entry?.position, report: report)
  }

  /// The value of `name`, or `fallback` when it is absent or wrong.
  mutating func read<Value>(
    _ name: String, _ format: ValueFormat<Value>, default fallback: Value, effect: Effect = .inForce
  ) -> Value {
    read(name, format, shown: format.show(fallback), effect: effect) ?? fallback
  }

  /// The value of `name`; nil when it is absent or wrong. `shown` is what `config show` says where it is absent.
  mutating func read<Value>(
    _ name: String, _ format: ValueFormat<Value>, shown: String? = nil, effect: Effect = .inForce
  ) -> Value? {
    guard let entry = entry(name, effect: effect) else {
      report.setting(path(name), shown, at: nil)
      return nil
    }
    guard let value = value(of: entry.value, format, key: path(name)) else { return nil }
    report.setting(path(name), format.show(value), at: entry.value.position)
    return value
  }

  /// The value of `name`, which must be there; nil, with a problem, when it is absent or wrong.
  mutating func require<Value>(
    _ name: String, _ format: ValueFormat<Value>, effect: Effect = .inForce
  ) -> Value? {
    if !entries.contains(where: { $0.key == name }), let position {
      known.append(name)
      report.problem(at: position, key: path(name), "is missing", remedy: "add \(name): \(format.example)")
      return nil
    }
    return read(name, format, effect: effect)
  }

  /// The list under `name`; empty when it is absent. Items that are wrong are reported and left out.
  mutating func readList<Value>(
    _ name: String, of format: ValueFormat<Value>, effect: Effect = .inForce
  ) -> [Value] {
    guard let entry = entry(name, effect: effect) else {
      report.setting(path(name), "[]", at: nil)
      return []
    }
    guard case .list(let items) = entry.value.content else {
      report.problem(
        at: entry.value.position, key: path(name), "must be a list, not \(entry.value.kind)",
        remedy: "write [\(format.example)]")
      return []
    }
    let values = items.compactMap { value(of: $0, format, key: path(name)) }
    report.setting(path(name), "[\(values.map(format.show).joined(separator: ", "))]", at: entry.value.position)
    return values
  }

  /// Where the value of `name` stands, for a problem that shows only when several values are seen together.
  func position(of name: String) -> SourcePosition? {
    entries.first { $0.key == name }?.value.position ?? position
  }

  /// Reports every key that was not asked for.
  ///
  /// - Parameter remedy: For an unknown key that resembles no known one; nil lists the known ones.
  func finish(remedy: String? = nil) {
    for entry in entries where !known.contains(entry.key) {
      if entry.key == "<<" {
        report.problem(
          at: entry.position, key: path(entry.key), "merge keys are not understood", remedy: "write the keys out")
      } else {
        report.problem(
          at: entry.position, key: path(entry.key), "unknown key \"\(entry.key)\"",
          remedy: NearestName.of(entry.key, among: known).map { "did you mean \"\($0)\"?" }
            ?? remedy ?? "known here: \(known.joined(separator: ", "))")
      }
    }
  }

  private mutating func entry(_ name: String, effect: Effect = .inForce) -> ConfigurationNode.Entry? {
    known.append(name)
    let entry = entries.first { $0.key == name }
    if let entry {
      report.place(path(name), at: entry.value.position)
      if effect == .none {
        report.warning(
          at: entry.position, key: path(name), "has no effect in this version of Winnow",
          remedy: "leave it for a later version, or remove the line")
      }
    }
    return entry
  }

  private func value<Value>(of node: ConfigurationNode, _ format: ValueFormat<Value>, key: String) -> Value? {
    switch node.content {
    case .scalar(let scalar):
      do throws(WinnowError) {
        return try format.read(scalar)
      } catch {
        report.problem(at: node.position, key: key, error.message, remedy: error.remedy)
      }
    case .empty:
      report.problem(
        at: node.position, key: key, "has no value", remedy: "write a value such as \(format.example), or remove it")
    case .list, .map:
      report.problem(
        at: node.position, key: key, "must be one value, not \(node.kind)",
        remedy: "write a value such as \(format.example); one that starts with { or [ needs quotes")
    }
    return nil
  }

  private func path(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }
}
