public import SystemPackage

/// How models are trained.
public struct TrainingConfiguration: Hashable, Sendable {
  public var device: ComputeDevice
  /// For the trainer process, in bytes.
  public var memoryLimit: Int64
  /// Scheduling priority of the trainer, 0 (as everybody) to 19 (only when nobody else wants the processor).
  public var nice: Int
  /// Below these, members of the socket's group may have data sets worked on.
  public var roots: [FilePath]
}

extension TrainingConfiguration {
  init(_ section: inout SectionReader) {
    device = section.read("device", .choice, default: .auto, effect: .none)
    memoryLimit = section.read("memory_limit", .byteSize(512 << 20...1 << 44), default: 8 << 30)
    nice = section.read("nice", .integer(0...19), default: 15)
    roots = section.readList("roots", of: .path(example: "/srv/training"))
    section.finish()
  }
}
