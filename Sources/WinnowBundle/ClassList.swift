public import WinnowCore

/// The classes of a model in the order of its outputs.
///
/// Labels may repeat (ImageNet has `crane` twice): such classes stay apart by index and share one folder.
public struct ClassList: Hashable, Sendable {
  public let labels: [ClassLabel]

  /// - Throws: `.invalidInput` for an empty list, or naming the first label that is no safe folder by its place,
  ///   counted from 1.
  public init(_ texts: [String]) throws(WinnowError) {
    guard !texts.isEmpty else {
      throw WinnowError(.invalidInput, "the list of classes is empty", remedy: "give one label a line")
    }
    var labels: [ClassLabel] = []
    for (index, text) in texts.enumerated() {
      do {
        labels.append(try ClassLabel(text))
      } catch {
        throw WinnowError(.invalidInput, "line \(index + 1): \(error.message)", remedy: error.remedy)
      }
    }
    self.labels = labels
  }

  /// Parses a label file: UTF-8, one label a line, in the order of the model's outputs. Spaces around a label,
  /// carriage returns, a byte order mark and empty lines at the end are dropped.
  ///
  /// - Throws: `.invalidInput` that names the line.
  public init(file bytes: some Collection<UInt8>) throws(WinnowError) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    if let first = lines.first, first.starts(with: [0xEF, 0xBB, 0xBF]) { lines[0].removeFirst(3) }
    var texts: [String] = []
    for (index, line) in lines.enumerated() {
      guard let text = String(validating: line, as: UTF8.self) else {
        throw WinnowError(
          .invalidInput, "line \(index + 1) of the labels is not UTF-8",
          remedy: "convert the file, for example with iconv -f latin1 -t utf-8")
      }
      texts.append(Self.trimmed(text))
    }
    while texts.last == "" { texts.removeLast() }
    try self.init(texts)
  }

  public var count: Int { labels.count }

  /// Labels that stand more than once, with their indices, in the order of the first.
  public var duplicates: [(label: String, indices: [Int])] {
    var indices: [String: [Int]] = [:]
    for (index, label) in labels.enumerated() { indices[label.text, default: []].append(index) }
    return indices.filter { $0.value.count > 1 }
      .map { (label: $0.key, indices: $0.value) }
      .sorted { $0.indices[0] < $1.indices[0] }
  }

  /// What a person should know about these labels, one sentence each.
  public var warnings: [String] {
    duplicates.map { duplicate in
      let places = duplicate.indices.map(String.init).joined(separator: " and ")
      return "the label \"\(duplicate.label)\" stands for the classes \(places): their pictures share one folder"
    }
  }

  private static func trimmed(_ line: String) -> String {
    let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" || scalar == "\r" }
    let scalars = line.unicodeScalars.drop(while: isSpace)
    guard let last = scalars.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(scalars[...last])
  }
}
