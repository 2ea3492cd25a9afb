import FoundationEssentials
public import WinnowCore
public import WinnowGraph

extension Safetensors {
  /// A file with these tensors, in pieces to be written one behind the other.
  ///
  /// - Parameter notes: free text under `__metadata__`.
  public static func file(
    _ tensors: [(name: String, tensor: Tensor)], notes: [String: String] = [:]
  ) throws(WinnowError) -> [[UInt8]] {
    var header: [String: Place] = [:]
    var end = 0
    for (name, tensor) in tensors {
      guard let type = Self.name(of: tensor.elementType) else {
        throw WinnowError(.malformed, "\(tensor.elementType) cannot be written to a safetensors file")
      }
      header[name] = .tensor(
        Written(dtype: type, shape: tensor.shape, data_offsets: [end, end + tensor.bytes.count]))
      end += tensor.bytes.count
    }
    if !notes.isEmpty { header["__metadata__"] = .notes(notes) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json: [UInt8]
    do {
      json = Array(try encoder.encode(header))
    } catch {
      throw WinnowError(.malformed, "the weights' names cannot be written as JSON", cause: "\(error)")
    }
    // So that the numbers begin at a multiple of eight.
    json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(json.count) >> (8 * UInt64($0))) }
    return [length, json] + tensors.map { Array($0.tensor.bytes) }
  }

  private struct Written: Encodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  private enum Place: Encodable {
    case tensor(Written)
    case notes([String: String])

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let tensor): try tensor.encode(to: encoder)
      case .notes(let notes): try notes.encode(to: encoder)
      }
    }
  }
}
