public import FoundationEssentials
public import WinnowCore

/// How values become bytes on the control socket, and back.
///
/// Every object that travels alone (a reply, a record of a stream, a line that `winnowctl --json` prints) carries
/// `"schema": 1` beside its own fields. Keys are sorted, so equal values give equal bytes.
public enum Wire {
  /// Counts up when a field changes its meaning or goes; new fields do not count.
  public static let schema = 1

  /// `value` as one JSON object on one line, with the schema number, without a newline at its end.
  ///
  /// - Throws: `.malformed` where a number is not finite, which JSON cannot say.
  public static func encode(_ value: some Encodable) throws(WinnowError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(Enveloped(value: value))
    } catch {
      throw WinnowError(.malformed, "a reply cannot be written as JSON", cause: "\(error)")
    }
  }

  /// The value in one JSON object. Fields that this version does not know are passed over.
  ///
  /// - Throws: `.malformed`, naming the field.
  public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws(WinnowError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw WinnowError(.malformed, describe(error))
    } catch {
      throw WinnowError(.malformed, "this is not JSON", cause: "\(error)")
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "the object" : "\"" + path.map(\.stringValue).joined(separator: ".") + "\""
    }
    return switch error {
    case .keyNotFound(let key, let context):
      "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "this is not the JSON expected here" : "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: "this is not the JSON expected here"
    }
  }

  private struct Enveloped<Value: Encodable>: Encodable {
    let value: Value

    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Field.self)
      try fields.encode(Wire.schema, forKey: "schema")
      try value.encode(to: encoder)
    }
  }
}
