import WinnowCore

/// Where pictures are computed.
public enum ComputeDevice: String, Hashable, Sendable, CaseIterable {
  case auto, cpu, cuda
}

/// The numbers a model computes in.
public enum ComputePrecision: String, Hashable, Sendable, CaseIterable {
  case auto, fp32, bf16, int8
}

/// How the worker classifies.
public struct EngineConfiguration: Hashable, Sendable {
  public var device: ComputeDevice
  public var precision: ComputePrecision
  /// Nil leaves the choice to the worker.
  public var threads: Int?
  /// The worker ends after this long without work, which gives its memory back.
  public var idleExit: Duration
  /// For the worker process, in bytes.
  public var memoryLimit: Int64
  /// Scheduling priority of the worker, 0 (as everybody) to 19 (only when nobody else wants the processor).
  public var nice: Int
  /// Whether sorting waits while the machine runs on its battery.
  public var pauseOnBattery: Bool
}

extension EngineConfiguration {
  init(_ section: inout SectionReader) {
    device = section.read("device", .choice, default: .auto)
    precision = section.read("precision", .choice, default: .auto)
    threads = section.read("threads", .threadCount, default: nil)
    idleExit = section.read("idle_exit", .duration(.seconds(1)...(.seconds(7 * 86_400))), default: .seconds(60))
    memoryLimit = section.read("memory_limit", .byteSize(256 << 20...1 << 44), default: 2 << 30)
    nice = section.read("nice", .integer(0...19), default: 0)
    pauseOnBattery = section.read("pause_on_battery", .boolean, default: false)
    if device == .cuda, let position = section.position(of: "device") {
      section.report.problem(
        at: position, key: "engine.device", "cuda is not in this version of Winnow", remedy: "write auto or cpu")
    }
    section.finish()
  }
}

extension ValueFormat where Value == Int? {
  fileprivate static var threadCount: Self {
    Self(example: "2", show: { $0.map(String.init) ?? "auto" }) { (text) throws(WinnowError) in
      if text == "auto" { return nil }
      guard let count = Int(text), (1...1024).contains(count) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no number of threads", remedy: "write auto, or a number from 1 to 1024")
      }
      return count
    }
  }
}
