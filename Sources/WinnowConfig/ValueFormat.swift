import SystemPackage
import WinnowCore

/// How one kind of value is read from the file and written for `config show`.
struct ValueFormat<Value> {
  /// For remedies: a value of this kind as it would stand in the file.
  let example: String
  let read: (ConfigurationNode.Scalar) throws(WinnowError) -> Value
  let show: (Value) -> String

  init(
    example: String, show: @escaping (Value) -> String,
    read: @escaping (ConfigurationNode.Scalar) throws(WinnowError) -> Value
  ) {
    self.example = example
    self.read = read
    self.show = show
  }

  /// A format whose values are text; `!!binary` makes no sense there.
  init(
    example: String, show: @escaping (Value) -> String, text read: @escaping (String) throws(WinnowError) -> Value
  ) {
    self.init(example: example, show: show) { (scalar) throws(WinnowError) in
      guard scalar.bytes == nil else {
        throw WinnowError(.invalidInput, "!!binary is only for paths", remedy: "write a value such as \(example)")
      }
      return try read(scalar.text)
    }
  }
}

extension ValueFormat where Value == Duration {
  static func duration(_ range: ClosedRange<Duration>) -> Self {
    Self(example: "2s", show: DurationText.format) { (text) throws(WinnowError) in
      let duration = try DurationText.parse(text)
      guard range.contains(duration) else {
        throw .outOfRange(text, DurationText.format(range.lowerBound), DurationText.format(range.upperBound))
      }
      return duration
    }
  }
}

extension ValueFormat where Value == Int64 {
  static func byteSize(_ range: ClosedRange<Int64>) -> Self {
    Self(example: "2GiB", show: ByteSizeText.format) { (text) throws(WinnowError) in
      let size = try ByteSizeText.parse(text)
      guard range.contains(size) else {
        throw .outOfRange(text, ByteSizeText.format(range.lowerBound), ByteSizeText.format(range.upperBound))
      }
      return size
    }
  }
}

extension ValueFormat where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> Self {
    Self(example: "\(range.lowerBound)", show: { "\($0)" }) { (text) throws(WinnowError) in
      guard let number = Int(text) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no whole number",
          remedy: "write a number from \(range.lowerBound) to \(range.upperBound)")
      }
      guard range.contains(number) else { throw .outOfRange(text, "\(range.lowerBound)", "\(range.upperBound)") }
      return number
    }
  }
}

extension ValueFormat where Value == Bool {
  static var boolean: Self {
    Self(example: "yes", show: { $0 ? "yes" : "no" }) { (text) throws(WinnowError) in
      switch text {
      case "yes", "true": return true
      case "no", "false": return false
      default: throw WinnowError(.invalidInput, "\"\(text)\" is neither yes nor no", remedy: "write yes or no")
      }
    }
  }
}

extension ValueFormat where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the type's words.
  static var choice: Self {
    let words = Value.allCases.map(\.rawValue)
    return Self(example: words.first ?? "", show: \.rawValue) { (text) throws(WinnowError) in
      guard let value = Value(rawValue: text) else {
        let nearest = NearestName.of(text, among: words).map { "did you mean \($0)? " } ?? ""
        throw WinnowError(
          .invalidInput, "\"\(text)\" is not possible here",
          remedy: nearest + "write one of \(words.joined(separator: ", "))")
      }
      return value
    }
  }
}

extension ValueFormat where Value == FilePath {
  /// An absolute path. Its bytes are kept; `!!binary` gives those that are not UTF-8.
  static func path(example: String = "/srv/camera/inbox") -> Self {
    Self(example: example, show: { YAMLText.scalar(for: $0) }) { (scalar) throws(WinnowError) in
      try AbsolutePath.parse(scalar.bytes ?? Array(scalar.text.utf8))
    }
  }
}

extension ValueFormat where Value == String {
  /// Any text that is not empty and holds no control character.
  static func text(example: String) -> Self {
    Self(example: example, show: YAMLText.quoted) { (text) throws(WinnowError) in
      guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        throw WinnowError(
          .invalidInput, "the text is empty or holds a control character", remedy: "write a text such as \(example)")
      }
      return text
    }
  }
}

extension WinnowError {
  static func outOfRange(_ text: String, _ least: String, _ most: String) -> WinnowError {
    WinnowError(.invalidInput, "\(text) is out of range", remedy: "write a value from \(least) to \(most)")
  }
}
