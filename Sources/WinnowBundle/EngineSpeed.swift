import FoundationEssentials
public import WinnowCore

/// What `winnow-worker --measure` prints: pictures a second of the engine alone, on this machine.
public struct EngineSpeed: Hashable, Sendable, Codable {
  /// `bf16` or `fp32`, whichever is served here where there is no int8.
  public var fullPrecision: String
  public var full: Double
  public var int8: Double
  /// Whether the processor computes products of 8-bit numbers natively (VNNI or AMX; dot products on Arm).
  public var hasInt8Instructions: Bool
  /// Layers with weights that the engine computes in int8.
  public var int8Layers: Int
  /// Layers with weights that the engine computes in float all the same, each with the code that does it.
  public var floatLayers: [String]

  public init(
    fullPrecision: String, full: Double, int8: Double, hasInt8Instructions: Bool, int8Layers: Int, floatLayers: [String]
  ) {
    self.fullPrecision = fullPrecision
    self.full = full
    self.int8 = int8
    self.hasInt8Instructions = hasInt8Instructions
    self.int8Layers = int8Layers
    self.floatLayers = floatLayers
  }

  /// Whether int8 is worth having here. With instructions for it, it is faster wherever its layers are many; without,
  /// what was measured decides.
  public var favoursInt8: Bool { hasInt8Instructions || int8 > full }

  private enum CodingKeys: String, CodingKey {
    case full, int8
    case fullPrecision = "full_precision"
    case hasInt8Instructions = "has_int8_instructions"
    case int8Layers = "int8_layers"
    case floatLayers = "float_layers"
  }

  /// - Throws: `.malformed`.
  public init(json: [UInt8]) throws(WinnowError) {
    do {
      self = try JSONDecoder().decode(EngineSpeed.self, from: Data(json))
    } catch {
      throw WinnowError(.malformed, "winnow-worker measured something that cannot be read", cause: "\(error)")
    }
    guard full > 0, int8 > 0, full.isFinite, int8.isFinite else {
      throw WinnowError(.malformed, "winnow-worker measured no speed")
    }
  }

  public func json() throws(WinnowError) -> [UInt8] { try BundleJSON.encode(self) }
}
