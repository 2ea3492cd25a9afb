import Foundation
import Yams

/// Turns the text of one YAML document into a `ConfigurationNode`, within bounds.
///
/// The only code that knows the parser. Bounds on work: libyaml nests at most 1,000 levels; the number of aliases is
/// limited before the parser sees the text, since it hashes expanded keys; the expanded tree is limited too.
struct YAMLComposer {
  /// Aliases (`*name`) a file may use. Sixteen expand to a few hundred times the text at most. Chosen, not measured.
  static let aliasLimit = 16
  /// Nodes of the expanded document. A large real configuration has about a thousand. Chosen, not measured.
  static let nodeLimit = 200_000

  private let file: String
  private(set) var problems: [ConfigurationProblem] = []
  private var nodes = 0
  /// Keys that are given again further on: where the earlier one stands, and its real name.
  private var renamed: [Place: String] = [:]

  private struct Place: Hashable {
    let line: Int
    let column: Int
  }

  init(file: String) { self.file = file }

  /// The document's root, or nil when the text holds no document or cannot be read at all; `problems` says which.
  mutating func compose(_ text: String) -> ConfigurationNode? {
    guard aliases(in: text) <= Self.aliasLimit else {
      report(1, 1, "more than \(Self.aliasLimit) aliases (*name) are used", remedy: "write the values out")
      return nil
    }
    guard let root = composeWithoutRepetition(text) else { return nil }
    let node = convert(root, parent: "")
    if nodes > Self.nodeLimit {
      problems = []
      report(1, 1, "the file has more than \(Self.nodeLimit) values", remedy: "use fewer aliases (*name)")
      return nil
    }
    return node
  }

  /// Yams stops at the first map with a repeated key. So that everything else is reported too, the earlier key gets
  /// an unused name in memory, remembered in `renamed`, and the text is composed again.
  private mutating func composeWithoutRepetition(_ text: String) -> Node? {
    var text = text
    while true {
      do {
        return try Yams.compose(yaml: text, .basic, .default, .utf8)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let place = Place(line: context.mark.line, column: context.mark.column)
        guard let key = keys.first, renamed.count < 100, let next = rename(key, at: place, in: text) else {
          report(place.line, place.column, "\"\(keys.first ?? "")\" is given twice", remedy: "remove one of them")
          return nil
        }
        text = next
      } catch let error as YamlError {
        report(error, in: text)
        return nil
      } catch {
        report(1, 1, "the file cannot be parsed (\(error))", remedy: nil)
        return nil
      }
    }
  }

  /// Replaces the key by a name of equal length that nothing else bears, so that every place stays valid.
  private mutating func rename(_ key: String, at place: Place, in text: String) -> String? {
    guard let stand = Unicode.Scalar(0xE000 + UInt32(renamed.count)), !key.isEmpty else { return nil }
    var scalars = text.unicodeScalars
    var index = scalars.startIndex
    for _ in 1..<place.line {
      guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
      index = scalars.index(after: end)
    }
    guard let start = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex) else { return nil }
    index = start
    if index < scalars.endIndex, scalars[index] == "\"" || scalars[index] == "'" { scalars.formIndex(after: &index) }
    guard scalars[index...].starts(with: key.unicodeScalars) else { return nil }
    let end = scalars.index(index, offsetBy: key.unicodeScalars.count)
    scalars.replaceSubrange(index..<end, with: repeatElement(stand, count: key.unicodeScalars.count))
    renamed[place] = key
    return String(scalars)
  }

  private mutating func convert(_ node: Node, parent: String) -> ConfigurationNode {
    nodes += 1
    let position = position(of: node)
    guard nodes <= Self.nodeLimit else { return ConfigurationNode(content: .empty, position: position) }
    switch node {
    case .scalar(let scalar):
      return ConfigurationNode(content: content(of: scalar, at: position, key: parent), position: position)
    case .sequence(let sequence):
      return ConfigurationNode(content: .list(sequence.map { convert($0, parent: parent) }), position: position)
    case .mapping(let mapping):
      return ConfigurationNode(content: .map(entries(of: mapping, parent: parent)), position: position)
    case .alias:
      return ConfigurationNode(content: .empty, position: position)
    }
  }

  private mutating func entries(of mapping: Node.Mapping, parent: String) -> [ConfigurationNode.Entry] {
    var entries: [ConfigurationNode.Entry] = []
    var repeated: [String: SourcePosition] = [:]
    for (keyNode, valueNode) in mapping {
      guard nodes <= Self.nodeLimit else { break }
      let position = position(of: keyNode)
      guard let key = keyNode.scalar?.string else {
        report(position.line, position.column, "a list or map cannot be a key", key: parent, remedy: "write one word")
        continue
      }
      if let name = renamed[Place(line: position.line, column: position.column)] {
        repeated[name] = repeated[name] ?? position
        // For the problems in it; the value itself is not used.
        _ = convert(valueNode, parent: path(parent, name))
        continue
      }
      let path = path(parent, key)
      if let first = repeated[key] {
        report(
          position.line, position.column, "\"\(key)\" is given twice, first on line \(first.line)", key: path,
          remedy: "remove one of them")
      }
      entries.append(.init(key: key, position: position, value: convert(valueNode, parent: path)))
    }
    return entries
  }

  private mutating func content(
    of scalar: Node.Scalar, at position: SourcePosition, key: String
  ) -> ConfigurationNode.Content {
    let tag = scalar.tag.rawValue
    if tag == "tag:yaml.org,2002:binary" {
      guard let data = Data(base64Encoded: scalar.string, options: .ignoreUnknownCharacters) else {
        report(position.line, position.column, "!!binary is not followed by base64", key: key, remedy: nil)
        return .empty
      }
      return .scalar(.init(text: scalar.string, bytes: Array(data)))
    }
    if scalar.style == .plain, ["", "~", "null"].contains(scalar.string) { return .empty }
    return .scalar(.init(text: scalar.string, bytes: nil))
  }

  private func path(_ parent: String, _ key: String) -> String { parent.isEmpty ? key : "\(parent).\(key)" }

  private func position(of node: Node) -> SourcePosition {
    SourcePosition(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  private mutating func report(_ line: Int, _ column: Int, _ message: String, key: String = "", remedy: String?) {
    problems.append(
      ConfigurationProblem(at: .init(file: file, line: line, column: column), key: key, message, remedy: remedy))
  }

  private mutating func report(_ error: YamlError, in text: String) {
    let fault = YAMLFault(error, in: text)
    report(fault.line, fault.column, fault.message, remedy: fault.remedy)
  }

  /// At least as many as the parser will find: whatever could start an alias outside a comment line counts, quoted or
  /// not. A comment line with a quotation mark counts too, as it may be the end of a quoted text.
  private func aliases(in text: String) -> Int {
    guard text.utf8.count(where: { $0 == UInt8(ascii: "*") }) > Self.aliasLimit else { return 0 }
    var count = 0
    for line in text.unicodeScalars.split(whereSeparator: { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) })
    {
      let comment = line.first { $0 != " " } == "#"
      if comment, !line.contains("\""), !line.contains("'") { continue }
      var before: Unicode.Scalar = " "
      var previous: Unicode.Scalar = " "
      for scalar in line {
        if previous == "*", " \t[]{},:-?".unicodeScalars.contains(before), scalar.isASCII,
          scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "-"
        {
          count += 1
        }
        before = previous
        previous = scalar
      }
    }
    return count
  }
}
