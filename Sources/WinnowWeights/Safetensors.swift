import FoundationEssentials
public import WinnowCore
public import WinnowGraph

/// Tensors by name as the format safetensors holds them: a length, a header in JSON, and the numbers.
///
/// The file is not trusted: lengths, offsets and shapes are checked before a byte is taken.
public enum Safetensors {
  /// The library that defines the format reads no larger header either.
  static let largestHeader = 100_000_000

  private struct Entry: Decodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// - Returns: each tensor of a type that networks have; the bytes are shared with `file`.
  /// - Throws: `.malformed` for a file that is none, ends early, or whose tensors overlap or do not fill their place.
  public static func read(_ file: [UInt8]) throws(WinnowError) -> [String: Tensor] {
    let (header, start) = try split(file)
    var tensors: [String: Tensor] = [:]
    var places: [Range<Int>] = []
    for (name, entry) in try entries(header) {
      guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0, entry.data_offsets[1] >= entry.data_offsets[0],
        entry.data_offsets[1] <= file.count - start
      else { throw malformed("the tensor \"\(name)\" lies outside it") }
      let place = start + entry.data_offsets[0]..<start + entry.data_offsets[1]
      places.append(place)
      guard let type = elementType(entry.dtype) else {
        throw malformed("the tensor \"\(name)\" has numbers of the type \"\(entry.dtype)\", which is not known")
      }
      do {
        tensors[name] = try Tensor(type, shape: entry.shape, bytes: file[place])
      } catch {
        throw malformed("the tensor \"\(name)\" does not have the \(place.count) bytes that its shape needs")
      }
    }
    places.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(places, places.dropFirst()) where second.lowerBound < first.upperBound {
      throw malformed("two of its tensors overlap")
    }
    return tensors
  }

  /// Whether a file begins as this format does.
  public static func isBeginning(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.count > 9 && bytes.dropFirst(8).first == UInt8(ascii: "{")
  }

  /// The free notes of a file, under `__metadata__`.
  ///
  /// - Throws: `.malformed`.
  public static func notes(_ file: [UInt8]) throws(WinnowError) -> [String: String] {
    try decoded(NotesAlone.self, from: split(file).header).notes ?? [:]
  }

  private struct NotesAlone: Decodable {
    var notes: [String: String]?

    private enum CodingKeys: String, CodingKey { case notes = "__metadata__" }
  }

  /// - Returns: the header, and where the numbers begin.
  private static func split(_ file: [UInt8]) throws(WinnowError) -> (header: Data, start: Int) {
    guard file.count >= 8 else { throw malformed("it is too short") }
    let length = file.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    guard length <= UInt64(min(largestHeader, file.count - 8)) else {
      throw malformed("its header ends behind its end")
    }
    let start = 8 + Int(length)
    return (Data(file[8..<start]), start)
  }

  private static func entries(_ header: Data) throws(WinnowError) -> [String: Entry] {
    try decoded([String: Header].self, from: header).compactMapValues(\.entry)
  }

  private static func decoded<Value: Decodable>(_: Value.Type, from json: Data) throws(WinnowError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: json)
    } catch {
      throw malformed("its header cannot be read", cause: "\(error)")
    }
  }

  /// An entry, or the free notes under `__metadata__`.
  private struct Header: Decodable {
    var entry: Entry?

    init(from decoder: any Decoder) throws {
      if decoder.codingPath.last?.stringValue == "__metadata__" { return }
      entry = try Entry(from: decoder)
    }
  }

  private static func elementType(_ name: String) -> ElementType? {
    switch name {
    case "F64": .double
    case "F32": .float32
    case "F16": .float16
    case "BF16": .bfloat16
    case "I64": .int64
    case "I32": .int32
    case "I16": .int16
    case "I8": .int8
    case "U8": .uint8
    case "BOOL": .bool
    default: nil
    }
  }

  static func name(of type: ElementType) -> String? {
    switch type {
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .double: "F64"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint8: "U8"
    case .bool: "BOOL"
    default: nil
    }
  }

  private static func malformed(_ what: String, cause: String? = nil) -> WinnowError {
    WinnowError(
      .malformed, "the file is no safetensors file that can be read: \(what)", remedy: "fetch it again", cause: cause)
  }
}
