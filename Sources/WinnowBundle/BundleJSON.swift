import FoundationEssentials
import WinnowCore

/// How a bundle's JSON files are written: keys sorted and indented, so that two of them compare line by line.
enum BundleJSON {
  static func encode(_ value: some Encodable) throws(WinnowError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      throw WinnowError(.malformed, "a bundle's file cannot be written as JSON", cause: "\(error)")
    }
  }
}
