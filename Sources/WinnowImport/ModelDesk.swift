public import SystemPackage
public import WinnowBundle
public import WinnowControlAPI
public import WinnowCore
import WinnowFiles
import WinnowGraph

/// Answers questions about a library's models and switches them, in the words of the control interface.
public struct ModelDesk: Sendable {
  private let library: ModelLibrary

  public init(library: ModelLibrary) { self.library = library }

  // MARK: Looking

  /// Every readable version, and what is wrong with the others.
  public func list() throws(WinnowError) -> (models: ModelListReply, problems: [WinnowError]) {
    let (entries, problems) = try library.list()
    let models = entries.map { entry in
      ModelEntry(
        name: entry.model.name, version: entry.model.version, current: entry.isCurrent,
        precision: entry.bundle.manifest.precisions)
    }
    return (ModelListReply(models: models), problems)
  }

  public func show(_ reference: ModelReference) throws(WinnowError) -> ModelDetails {
    let bundle = try library.bundle(reference)
    let manifest = bundle.manifest
    let graph = try Self.graph(of: bundle)
    return ModelDetails(
      name: manifest.name, version: manifest.version, current: library.current(of: manifest.name) == bundle.model,
      precision: manifest.precisions, versions: try library.versions(of: manifest.name),
      classes: manifest.classes, input: Self.details(of: manifest.input),
      parameters: manifest.parameters ?? graph.parameterCount, temperature: manifest.temperature,
      int8: manifest.int8?.sentence, parent: manifest.parent?.description, created: manifest.created,
      digest: try Self.manifestDigest(of: bundle),
      warnings: ModelWarnings.about(graph, classes: bundle.classes, output: manifest.output),
      metrics: Self.metrics(manifest.measured))
  }

  /// The served network layer by layer, or that of an architecture where no model has its name: for ImageNet's 1,000
  /// classes, as it is published.
  ///
  /// - Throws: `.unknownOperator` for a network with operators whose cost is not known.
  public func summary(_ reference: ModelReference) throws(WinnowError) -> ModelSummaryReply {
    let (name, parameters, summary, batch) = try cost(reference)
    return ModelSummaryReply(
      model: name,
      layers: summary.layers.map { layer in
        ModelSummaryReply.Layer(
          name: layer.name, op: layer.op, output: layer.outputShape?.map { $0.fixedValue ?? -1 } ?? [],
          parameters: layer.parameters, macs: layer.macs / batch)
      },
      parameters: parameters, macs: summary.macs / batch, flops: summary.flops / batch)
  }

  /// - Throws: As `summary`.
  public func flops(_ reference: ModelReference) throws(WinnowError) -> ModelFlopsReply {
    let (name, parameters, summary, batch) = try cost(reference)
    return ModelFlopsReply(
      model: name, parameters: parameters, macs: summary.macs / batch, flops: summary.flops / batch)
  }

  /// Writes the served network as an ONNX file; one that is there is replaced once the new one is whole.
  public func export(_ reference: ModelReference, to target: FilePath) throws(WinnowError) -> ModelExportReply {
    let bundle = try library.bundle(reference)
    let bytes = try bundle.contents(of: ModelBundle.modelFile)
    try RegularFile.write(bytes, to: target)
    return ModelExportReply(model: bundle.model.description, file: target, bytes: Int64(bytes.count))
  }

  // MARK: Switching

  /// Makes a version live; without one in the reference, the newest.
  public func promote(_ reference: ModelReference) throws(WinnowError) -> ModelChangeReply {
    let before = library.current(of: reference.name)
    let newest = try library.versions(of: reference.name).last
    let (model, _) = try library.resolve(
      ModelReference(name: reference.name, version: reference.version ?? newest))
    try library.promote(model)
    return change(to: model, from: before)
  }

  /// Makes the version live that was so before the live one.
  public func rollback(_ reference: ModelReference) throws(WinnowError) -> ModelChangeReply {
    let before = library.current(of: reference.name)
    return change(to: try library.rollback(reference.name), from: before)
  }

  /// Removes a version, or without one in the reference the whole model.
  public func remove(_ reference: ModelReference) throws(WinnowError) -> ModelChangeReply {
    let newest = try library.versions(of: reference.name).last
    let (model, _) = try library.resolve(
      ModelReference(name: reference.name, version: reference.version ?? newest))
    try library.remove(reference)
    return ModelChangeReply(model: model.name, version: model.version, current: false)
  }

  private func change(to model: ModelVersion, from before: ModelVersion?) -> ModelChangeReply {
    ModelChangeReply(
      model: model.name, version: model.version, current: library.current(of: model.name) == model,
      previous: before == model ? nil : before?.version)
  }

  // MARK: Parts

  private static func graph(of bundle: ModelBundle) throws(WinnowError) -> Graph {
    try Graph(onnx: try bundle.contents(of: ModelBundle.modelFile))
  }

  /// The cost of one run, and the pictures in it: 1 but for a network with a fixed batch.
  private func cost(
    _ reference: ModelReference
  ) throws(WinnowError) -> (name: String, parameters: Int, summary: GraphSummary, batch: Int) {
    if reference.version == nil, let architecture = try? Architecture(named: reference.name),
      try library.versions(of: reference.name).isEmpty
    {
      let summary = try architecture.graph(classes: Self.publishedClasses) { (parameter) throws(WinnowError) in
        try Tensor([Float](repeating: 0, count: parameter.shape.reduce(1, *)), shape: parameter.shape)
      }.summary()
      return (architecture.name, summary.parameters, summary, 1)
    }
    let bundle = try library.bundle(reference)
    let graph = try Self.graph(of: bundle)
    let summary = try graph.summary()
    let signature = try graph.classifierSignature(output: bundle.manifest.output.tensor)
    let batch = if case .fixed(let batch) = signature.batch { max(1, batch) } else { 1 }
    return (bundle.model.description, bundle.manifest.parameters ?? summary.parameters, summary, batch)
  }

  private static let publishedClasses = 1000

  private static func details(of input: InputSpec) -> ModelDetails.Input {
    // By way of text, so that 0.485 stays what a person wrote.
    func written(_ values: [Float]) -> [Double] { values.map { Double("\($0)") ?? Double($0) } }
    return ModelDetails.Input(
      width: input.crop, height: input.crop, resize: input.resize, interpolation: input.interpolation.rawValue,
      mean: written(input.mean), std: written(input.std))
  }

  private static func manifestDigest(of bundle: ModelBundle) throws(WinnowError) -> String {
    let path = bundle.path.appending(BundleManifest.fileName)
    var hasher = ContentHasher()
    hasher.update(try RegularFile.read(path, named: path.escaped, atMost: ModelBundle.largestFile))
    return hasher.finish().hex
  }

  private static func metrics(_ metrics: [String: BundleManifest.Metric]) -> JSONValue? {
    guard !metrics.isEmpty else { return nil }
    return .object(
      metrics.mapValues { metric in
        var fields = ["value": JSONValue.number(metric.value)]
        if let low = metric.low { fields["low"] = .number(low) }
        if let high = metric.high { fields["high"] = .number(high) }
        return .object(fields)
      })
  }
}
