/// A parsed YAML document, independent of the parser: text, lists and maps, each with its place.
struct ConfigurationNode {
  enum Content {
    /// A key with nothing behind it, or `~` or `null`.
    case empty
    case scalar(Scalar)
    case list([ConfigurationNode])
    /// In the order of the file, no key twice.
    case map([Entry])
  }

  struct Scalar {
    /// Without quotes, escapes resolved.
    let text: String
    /// What a `!!binary` scalar stands for; nil for every other one.
    let bytes: [UInt8]?
  }

  struct Entry {
    let key: String
    let position: SourcePosition
    let value: ConfigurationNode
  }

  let content: Content
  let position: SourcePosition

  /// What it is, for a sentence such as "must be text, not a list".
  var kind: String {
    switch content {
    case .empty: "nothing"
    case .scalar: "text"
    case .list: "a list"
    case .map: "a map"
    }
  }
}
