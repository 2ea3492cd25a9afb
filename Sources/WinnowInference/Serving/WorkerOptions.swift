public import SystemPackage
public import WinnowCore
public import WinnowImaging

/// The worker's command line. It is read by programs of the same build, so options are few and have no short forms.
public struct WorkerOptions: Sendable {
  public enum Task: Hashable, Sendable {
    /// Answer requests on descriptor 3 until its end-of-file.
    case serve
    /// `--look`: the same without a model.
    case look
    /// `--compile`: write the compiled network into the cache.
    case compile
    /// `--make-golden`: print the golden answers of a draft as JSON; with `--precision int8` those of its int8 network.
    case makeGolden
    /// `--measure`: print as JSON how many pictures a second the engine computes at full precision and in int8.
    case measure
  }

  public var task = Task.serve
  /// Empty where none is needed.
  public var bundle: FilePath
  public var cache: FilePath?
  public var precision = PrecisionChoice.automatic
  /// Nil: as many as there are processors.
  public var threads: Int?
  /// The most pictures in one run; nil: what suits the threads.
  public var batch: Int?
  /// Bytes of memory beyond what is mapped once the model is loaded.
  public var memoryLimit = 2 << 30
  public var limits = DecodeLimits()
  /// Scheduling priority, 0 to 19.
  public var nice = 0

  /// What the worker wants at least: room for the engine's batches and one modest picture.
  public static let smallestMemoryLimit = 384 << 20

  /// - Parameter arguments: Without the program's name.
  /// - Throws: `.invalidInput` that names the argument.
  public init(_ arguments: [String]) throws(WinnowError) {
    var bundle: FilePath?
    var cache: FilePath?
    var rest = arguments[...]
    while let option = rest.popFirst() {
      switch option {
      case "--look": task = .look
      case "--compile": task = .compile
      case "--make-golden": task = .makeGolden
      case "--measure": task = .measure
      case "--bundle": bundle = FilePath(try Self.value(of: option, &rest))
      case "--cache": cache = FilePath(try Self.value(of: option, &rest))
      case "--precision": precision = try PrecisionChoice(try Self.value(of: option, &rest))
      case "--threads":
        let text = try Self.value(of: option, &rest)
        threads = text == "auto" ? nil : try Self.number(text, of: option, in: 1...1024)
      case "--batch": batch = try Self.number(try Self.value(of: option, &rest), of: option, in: 1...256)
      case "--memory-limit":
        memoryLimit = try Self.number(
          try Self.value(of: option, &rest), of: option, in: Self.smallestMemoryLimit...(1 << 46))
      case "--nice": nice = try Self.number(try Self.value(of: option, &rest), of: option, in: 0...19)
      case "--max-pixels":
        limits.maxPixels = try Self.number(try Self.value(of: option, &rest), of: option, in: 1...(1 << 34))
      case "--max-bytes":
        limits.maxBytes = try Self.number(try Self.value(of: option, &rest), of: option, in: 1...(1 << 34))
      case "--picture-seconds":
        limits.maxSeconds = Double(
          try Self.number(try Self.value(of: option, &rest), of: option, in: 1...3600))
      default:
        throw WinnowError(.invalidInput, "winnow-worker knows no \"\(option)\"")
      }
    }
    guard let bundle = bundle ?? (task == .look ? FilePath() : nil) else {
      throw WinnowError(.invalidInput, "winnow-worker needs --bundle")
    }
    if task == .compile, cache == nil { throw WinnowError(.invalidInput, "--compile needs --cache") }
    self.bundle = bundle
    self.cache = cache
  }

  private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(WinnowError) -> String {
    guard let value = rest.popFirst() else { throw WinnowError(.invalidInput, "\(option) needs a value") }
    return value
  }

  private static func number(
    _ text: String, of option: String, in range: ClosedRange<Int>
  ) throws(WinnowError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw WinnowError(
        .invalidInput, "\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
    }
    return number
  }
}
