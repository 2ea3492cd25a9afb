import CWinnowLinux
import Glibc
import WinnowBundle
import WinnowCore
import WinnowFiles
import WinnowImaging
import WinnowWire

/// A whole run of winnow-worker.
public enum WorkerProcess {
  /// Memory of the engine's activations, kept apart from what pictures may use; ResNet50 with two requests needs about
  /// 150 MiB.
  static let engineMemory = 256 << 20

  /// - Parameter arguments: Without the program's name.
  /// - Returns: The exit code: 0 done, 1 failed, 2 wrong arguments.
  public static func run(_ arguments: [String]) -> Int32 {
    EngineLibraries.reopenAsRoot()
    closeInheritedDescriptors()
    let options: WorkerOptions
    do {
      options = try WorkerOptions(arguments)
    } catch {
      report(error)
      return 2
    }
    // Before the first thread, since each takes it from the one that makes it. Only ever lower: who is nicer already
    // stays so.
    if options.nice > 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(options.nice)) }
    do {
      switch options.task {
      case .serve: try serve(options)
      case .look: try look(options)
      case .compile: try compile(options)
      case .makeGolden: try makeGolden(options)
      case .measure: try measure(options)
      }
      return 0
    } catch {
      report(error)
      return 1
    }
  }

  // MARK: Tasks

  private static func serve(_ options: WorkerOptions) throws(WinnowError) {
    try checkSocket()
    let published = try ModelBundle(at: options.bundle)
    let precision = precision(options, published)
    let bundle = try LoadedBundle(published, for: precision)
    // Read while files can be read.
    let exact = precision == .int8 && options.precision == .automatic ? try LoadedBundle(published) : bundle
    let settings = settings(options, precision)
    let blob = options.cache.flatMap { ModelCache(folder: $0).blob(for: key(bundle, settings)) }
    let sandbox = try WorkerSandbox()
    let model = try load(bundle, blob: blob, settings: settings, elseExactly: exact, options)
    let service = try WorkerService(model: model, bundle: bundle, options: options)
    ImageDecoder.prepare()
    try sandbox.seal(memory: options.memoryLimit)
    try service.serve(on: .standard)
  }

  /// - Parameter exact: The full precision, for where nobody asked for less and this machine does not bear it.
  private static func load(
    _ bundle: LoadedBundle, blob: CompiledBlob?, settings: EngineSettings, elseExactly exact: LoadedBundle,
    _ options: WorkerOptions
  ) throws(WinnowError) -> CompiledModel {
    do {
      return try load(bundle, blob: blob, settings: settings)
    } catch {
      guard options.precision == .automatic, settings.precision != .fp32, error.code == .goldenMismatch else {
        throw error
      }
      WorkerSandbox.note("\(error.message); fp32 is used")
      return try load(exact, blob: nil, settings: self.settings(options, .fp32))
    }
  }

  private static func look(_ options: WorkerOptions) throws(WinnowError) {
    try checkSocket()
    let sandbox = try WorkerSandbox()
    let service = try LookService(options: options, processors: options.threads ?? Processor.count())
    ImageDecoder.prepare()
    try sandbox.seal(memory: options.memoryLimit)
    try service.serve(on: .standard)
  }

  private static func checkSocket() throws(WinnowError) {
    guard WorkerSocket.standard.isThere else {
      throw WinnowError(
        .invalidInput, "winnow-worker is started by winnowd: descriptor 3 is no socket",
        remedy: "classify pictures with winnowctl classify")
    }
  }

  /// Loads and checks the network, from the cache where that gives the golden answers.
  private static func load(
    _ bundle: LoadedBundle, blob: CompiledBlob?, settings: EngineSettings
  ) throws(WinnowError) -> CompiledModel {
    if let blob {
      do {
        let model = try CompiledModel(blob, of: bundle, settings: settings)
        try SelfCheck.run(bundle, with: try model.makeRequest())
        return model
      } catch {
        WorkerSandbox.note("the cached \(bundle.label) is not used: \(error)")
      }
    }
    let model = try CompiledModel(bundle, settings: settings)
    try SelfCheck.run(bundle, with: try model.makeRequest())
    return model
  }

  /// Writes the cache. Never sees a picture, so it may write.
  private static func compile(_ options: WorkerOptions) throws(WinnowError) {
    guard let folder = options.cache else { return }
    let published = try ModelBundle(at: options.bundle)
    let precision = precision(options, published)
    let bundle = try LoadedBundle(published, for: precision)
    let settings = settings(options, precision)
    let model = try CompiledModel(bundle, settings: settings)
    try SelfCheck.run(bundle, with: try model.makeRequest())
    try ModelCache(folder: folder).store(model, as: key(bundle, settings))
  }

  /// Runs a network that nobody has looked at yet, so in the sandbox.
  private static func makeGolden(_ options: WorkerOptions) throws(WinnowError) {
    let precision = options.precision == .fixed(.int8) ? Precision.int8 : .fp32
    let bundle = try LoadedBundle(try ModelBundle(draft: options.bundle), for: precision)
    let sandbox = try WorkerSandbox()
    let model = try CompiledModel(bundle, settings: settings(options, precision))
    try sandbox.seal(memory: options.memoryLimit)
    try print(try SelfCheck.makeAnswers(with: model).json())
  }

  /// Runs both networks of a draft as they would be served, in turn, so that what else the machine does hits both.
  private static func measure(_ options: WorkerOptions) throws(WinnowError) {
    let draft = try ModelBundle(draft: options.bundle)
    let flags = Processor.flags()
    let precision = options.precision.resolved(onProcessorWith: flags, hasInt8: false)
    let bundles = (full: try LoadedBundle(draft, for: precision), int8: try LoadedBundle(draft, for: .int8))
    var noting = settings(options, .int8)
    noting.notesLayers = true
    let sandbox = try WorkerSandbox()
    let full = try CompiledModel(bundles.full, settings: settings(options, precision))
    let int8 = try CompiledModel(bundles.int8, settings: settings(options, .int8))
    let noted = try CompiledModel(bundles.int8, settings: noting)
    try sandbox.seal(memory: options.memoryLimit)
    try print(try EngineSpeed.measure(full: full, int8: int8, noted: noted, onProcessorWith: flags).json())
  }

  // MARK: Parts

  private static func print(_ bytes: [UInt8]) throws(WinnowError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      guard count > 0 || errno == EINTR else {
        throw WinnowError(.systemCall, "cannot print its answer", cause: String(cString: strerror(errno)))
      }
      written += max(count, 0)
    }
  }

  private static func precision(_ options: WorkerOptions, _ bundle: ModelBundle) -> Precision {
    options.precision.resolved(onProcessorWith: Processor.flags(), hasInt8: bundle.manifest.int8 != nil)
  }

  private static func settings(_ options: WorkerOptions, _ precision: Precision) -> EngineSettings {
    EngineSettings(
      precision: precision, remainder: Precision.best(onProcessorWith: Processor.flags()),
      threads: options.threads ?? Processor.count(), largestBatch: options.batch)
  }

  private static func key(_ bundle: LoadedBundle, _ settings: EngineSettings) -> ModelCache.Key {
    ModelCache.Key(
      bundle, settings: settings, processor: Processor.flags(), engine: CompiledModel.engineVersion())
  }

  /// Nothing but standard streams, the socket and the libraries' folder.
  private static func closeInheritedDescriptors() {
    let first: UInt32 = 4
    guard let libraries = EngineLibraries.inherited(), libraries >= first else {
      _ = cwinnow_close_from(first)
      return
    }
    let kept: Int32 = 4
    if libraries != kept {
      // The path that the libraries were loaded by names this number, so it stays; everything around it goes.
      for descriptor in 4..<libraries { close(descriptor) }
    }
    _ = cwinnow_close_from(UInt32(libraries) + 1)
  }

  /// The last words: to the daemon where there is one, else to standard error.
  static func report(_ error: WinnowError) {
    let message = error.cause.map { "\(error.message) (\($0))" } ?? error.message
    let answer = WorkerAnswer.failed(
      code: error.code.rawValue, message: String(message.prefix(1000)), remedy: error.remedy)
    if WorkerSocket.standard.send(answer) { return }
    WorkerSandbox.note("\(error)")
  }
}
