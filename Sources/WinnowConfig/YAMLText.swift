import Foundation
import SystemPackage
import WinnowCore

/// Writes values so that the reader gets them back unchanged.
enum YAMLText {
  /// A double-quoted scalar on one line; what is not printable is escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
          let digits = String(scalar.value, radix: 16, uppercase: true)
          result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// A path as quoted text, or as `!!binary` with base64 when its bytes are not UTF-8.
  static func scalar(for path: FilePath) -> String {
    let bytes = path.bytes
    if let text = String(validating: bytes, as: UTF8.self) { return quoted(text) }
    return "!!binary " + Data(bytes).base64EncodedString()
  }
}
