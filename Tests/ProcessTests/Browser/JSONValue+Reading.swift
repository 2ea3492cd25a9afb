import WinnowControlAPI

/// What the browser says, by its keys; null where there is nothing.
extension JSONValue {
  func at(_ keys: String...) -> JSONValue { keys.reduce(self) { $0[$1] ?? .null } }

  var text: String? { if case .string(let text) = self { text } else { nil } }

  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  var list: [JSONValue] { if case .array(let list) = self { list } else { [] } }
}
