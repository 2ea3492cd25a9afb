import COpenVINO
import Glibc
import WinnowBundle
public import WinnowCore

/// A network ready to run on this machine. Requests made from it run independently of each other.
///
/// `@unchecked Sendable`: nothing changes after `init`, and OpenVINO's compiled model may be used from any thread.
public final class CompiledModel: @unchecked Sendable {
  public let settings: EngineSettings
  public let classCount: Int
  /// Side of the square pictures it takes, in pixels.
  public let side: Int
  /// The most pictures in one run.
  public let largestBatch: Int
  /// Every run takes exactly `largestBatch` pictures; what is missing is computed and thrown away.
  public let isBatchFixed: Bool
  public var loadedFromCache: Bool { blob != nil }

  private let output: OutputSpec
  private let compiled: CompiledHandle
  /// Kept: a network from the cache computes from these bytes.
  private let blob: CompiledBlob?
  /// Kept: the compiled model's plugin lives in it.
  private let core: CoreHandle

  /// Reads the network and compiles it.
  ///
  /// - Throws: `.unfitModel` for a network that is no picture classifier as the bundle says, `.engineFailure`.
  public init(_ bundle: LoadedBundle, settings: EngineSettings) throws(WinnowError) {
    let core = try Self.makeCore(settings)
    let preparation = NetworkPreparation(
      input: bundle.manifest.input, output: bundle.manifest.output, classCount: bundle.manifest.classes.count,
      largestBatch: settings.largestBatch)
    let prepared = try preparation.prepare(bundle.network, on: core)
    let (rawCore, rawModel) = (core.raw, prepared.model.raw)
    compiled = try CompiledHandle("compile \(bundle.label)") {
      ov_core_compile_model_props(rawCore, rawModel, "CPU", 0, nil, &$0)
    }
    self.core = core
    self.blob = nil
    self.settings = settings
    classCount = bundle.manifest.classes.count
    side = bundle.manifest.input.crop
    output = bundle.manifest.output
    largestBatch = prepared.largestBatch
    isBatchFixed = prepared.isBatchFixed
  }

  /// Takes a network that `export` wrote, on the same machine with the same settings.
  ///
  /// - Parameter blob: From `ModelCache`, which has compared its hash: OpenVINO itself loads a damaged one.
  public init(_ blob: CompiledBlob, of bundle: LoadedBundle, settings: EngineSettings) throws(WinnowError) {
    let core = try Self.makeCore(settings)
    let raw = core.raw
    let compiled = try CompiledHandle("load \(bundle.label) from the cache") { made in
      let start = blob.bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      return ov_core_import_model(raw, start, blob.bytes.count, "CPU", &made)
    }
    let rawCompiled = compiled.raw
    let shape = try PortHandle("find the input") { ov_compiled_model_input(rawCompiled, &$0) }.shape()
    guard shape.count == 4, shape[0].max > 0, shape[1].max == bundle.manifest.input.crop else {
      throw WinnowError(.engineFailure, "the cached \(bundle.label) has another input")
    }
    self.core = core
    self.compiled = compiled
    self.blob = blob
    self.settings = settings
    classCount = bundle.manifest.classes.count
    side = bundle.manifest.input.crop
    output = bundle.manifest.output
    largestBatch = shape[0].max
    isBatchFixed = shape[0].min == shape[0].max
  }

  public func makeRequest() throws(WinnowError) -> InferenceRequest {
    let raw = compiled.raw
    let port: PortHandle
    if let tensor = output.tensor {
      port = try PortHandle("find the output \"\(tensor)\"") { ov_compiled_model_output_by_name(raw, tensor, &$0) }
    } else {
      port = try PortHandle("find the output") { ov_compiled_model_output_by_index(raw, 0, &$0) }
    }
    let request = try InferenceRequest(RequestHandle(compiled), output: port, values: output.values, of: self)
    if let tensor = output.feature {
      let port = try PortHandle("find the output \"\(tensor)\"") { ov_compiled_model_output_by_name(raw, tensor, &$0) }
      let shape = try port.shape()
      guard shape.count == 2, shape[1].min == shape[1].max, shape[1].max > 0 else {
        throw WinnowError(
          .unfitModel, "the network's output \"\(tensor)\" is not one row of numbers a picture",
          remedy: "import the model anew")
      }
      request.addFeature(at: port, length: shape[1].max)
    }
    return request
  }

  /// Writes what `init(_:of:settings:)` reads.
  func export(to path: String) throws(WinnowError) {
    try Engine.check(ov_compiled_model_export_model(compiled.raw, path), "write \(path)")
  }

  private static func makeCore(_ settings: EngineSettings) throws(WinnowError) -> CoreHandle {
    let core = try CoreHandle()
    for (key, value) in settings.properties {
      // One at a time: the strings live as long as the call.
      let status = key.withCString { key in
        value.withCString { value in
          var property = ov_property_t(key: key, value: value)
          return ov_core_set_properties(core.raw, "CPU", 1, &property)
        }
      }
      try Engine.check(status, "set \(key) to \(value)")
    }
    return core
  }

  /// OpenVINO's own version and build.
  public static func engineVersion() -> String {
    var version = ov_version_t()
    guard ov_get_openvino_version(&version) == OK else { return "unknown" }
    defer { ov_version_free(&version) }
    return version.buildNumber.map { String(cString: $0) } ?? "unknown"
  }
}
