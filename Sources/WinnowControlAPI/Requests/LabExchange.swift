public import SystemPackage

/// What winnow-lab or winnow-trainer is asked on its standard input: one JSON object.
public struct LabRequest: Hashable, Sendable {
  public enum Verb: String, Codable, Hashable, Sendable, CaseIterable {
    case `import`, list, show, promote, rollback, remove, summary, flops, export, quantize
    case dataset, evaluate
    /// Events for one hook.
    case deliver
    /// Of winnow-trainer.
    case train
  }

  public var verb: Verb
  /// The folder that holds the models.
  public var library: FilePath
  /// `NAME` or `NAME@VERSION`; absent for `import`, `list`, `dataset` and `deliver`.
  public var model: String?
  /// For `import`.
  public var settings: ModelImportRequest?
  /// For `import`: the file to read.
  public var onnx: FilePath?
  /// For `export`: the file to write.
  public var output: FilePath?
  /// For `quantize`.
  public var quantize: QuantizeRequest?
  /// For `dataset`.
  public var dataset: DatasetRequest?
  /// For `evaluate`.
  public var evaluate: EvaluateRequest?
  /// For `deliver`.
  public var deliveries: DeliveryRequest?
  /// For `train`.
  public var train: TrainRequest?
  /// For `train`: what people said of pictures, where an inbox is learnt from.
  public var sorted: [SortedPicture]?
  /// What the program is to hold itself to.
  public var limits: JobLimits?

  public init(
    verb: Verb, library: FilePath, model: String? = nil, settings: ModelImportRequest? = nil,
    onnx: FilePath? = nil, output: FilePath? = nil, quantize: QuantizeRequest? = nil, dataset: DatasetRequest? = nil,
    evaluate: EvaluateRequest? = nil, deliveries: DeliveryRequest? = nil,
    train: TrainRequest? = nil, sorted: [SortedPicture]? = nil, limits: JobLimits? = nil
  ) {
    self.verb = verb
    self.library = library
    self.model = model
    self.settings = settings
    self.onnx = onnx
    self.output = output
    self.quantize = quantize
    self.dataset = dataset
    self.evaluate = evaluate
    self.deliveries = deliveries
    self.train = train
    self.sorted = sorted
    self.limits = limits
  }
}

extension LabRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    verb = try fields.decode(Verb.self, forKey: "verb")
    library = try fields.decode(pathForKey: "library")
    model = try fields.decodeIfPresent(String.self, forKey: "model")
    settings = try fields.decodeIfPresent(ModelImportRequest.self, forKey: "settings")
    onnx = try fields.decodeIfPresent(pathForKey: "onnx")
    output = try fields.decodeIfPresent(pathForKey: "output")
    quantize = try fields.decodeIfPresent(QuantizeRequest.self, forKey: "quantize")
    dataset = try fields.decodeIfPresent(DatasetRequest.self, forKey: "dataset")
    evaluate = try fields.decodeIfPresent(EvaluateRequest.self, forKey: "evaluate")
    deliveries = try fields.decodeIfPresent(DeliveryRequest.self, forKey: "deliveries")
    train = try fields.decodeIfPresent(TrainRequest.self, forKey: "train")
    sorted = try fields.decodeIfPresent([SortedPicture].self, forKey: "sorted")
    limits = try fields.decodeIfPresent(JobLimits.self, forKey: "limits")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(verb, forKey: "verb")
    try fields.encode(path: library, forKey: "library")
    try fields.encodeIfPresent(model, forKey: "model")
    try fields.encodeIfPresent(settings, forKey: "settings")
    try fields.encodeIfPresent(path: onnx, forKey: "onnx")
    try fields.encodeIfPresent(path: output, forKey: "output")
    try fields.encodeIfPresent(quantize, forKey: "quantize")
    try fields.encodeIfPresent(dataset, forKey: "dataset")
    try fields.encodeIfPresent(evaluate, forKey: "evaluate")
    try fields.encodeIfPresent(deliveries, forKey: "deliveries")
    try fields.encodeIfPresent(train, forKey: "train")
    try fields.encodeIfPresent(sorted, forKey: "sorted")
    try fields.encodeIfPresent(limits, forKey: "limits")
  }
}

/// What a job's program holds itself to, so that sorting goes on beside it.
public struct JobLimits: Codable, Hashable, Sendable {
  /// Scheduling priority, 0 (as everybody) to 19 (only when nobody else wants the processor).
  public var nice: Int
  /// Bytes of memory.
  public var memory: Int64

  public init(nice: Int, memory: Int64) {
    self.nice = nice
    self.memory = memory
  }
}

/// One line of such a program's standard output: progress, or at the end a result or an error.
public struct LabRecord<Result: Codable & Sendable>: Codable, Sendable {
  /// 0 to 1.
  public var progress: Double?
  public var text: String?
  /// The number of an event that was taken.
  public var delivered: Int64?
  public var result: Result?
  public var error: ErrorReply.Detail?

  public init(
    progress: Double? = nil, text: String? = nil, delivered: Int64? = nil, result: Result? = nil,
    error: ErrorReply.Detail? = nil
  ) {
    self.progress = progress
    self.text = text
    self.delivered = delivered
    self.result = result
    self.error = error
  }
}
