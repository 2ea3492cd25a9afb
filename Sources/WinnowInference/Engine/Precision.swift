import CWinnowLinux
import Glibc
public import WinnowCore

/// The numbers a network is computed with.
public enum Precision: String, Hashable, Sendable, CaseIterable {
  case fp32
  /// 8 bits of mantissa; changes about one top-1 answer of a thousand classes in 25, none of those that were sure.
  case bf16
  /// 8-bit integers in convolutions and matrix products: a network of its own, which the bundle holds where it keeps
  /// its promise.
  case int8

  /// As OpenVINO's INFERENCE_PRECISION_HINT has it.
  ///
  /// - Parameter remainder: What an int8 network computes with between its convolutions.
  func hint(remainder: Precision) -> String {
    switch self {
    case .fp32: "f32"
    case .bf16: "bf16"
    case .int8: remainder == .bf16 ? "bf16" : "f32"
    }
  }

  /// The full precision that `auto` means: bf16 where the processor computes it natively (AVX512_BF16 or AMX; BF16 on
  /// Arm), else fp32, since emulated bf16 is slower and no better.
  public static func best(onProcessorWith flags: Set<String>) -> Precision {
    flags.isDisjoint(with: ["avx512_bf16", "amx_bf16", "bf16"]) ? .fp32 : .bf16
  }
}

/// What a user may ask for.
public enum PrecisionChoice: Hashable, Sendable {
  case automatic
  case fixed(Precision)

  /// Parses `auto`, `fp32`, `bf16` or `int8`.
  public init(_ text: String) throws(WinnowError) {
    if text == "auto" {
      self = .automatic
    } else if let precision = Precision(rawValue: text) {
      self = .fixed(precision)
    } else {
      throw WinnowError(.invalidInput, "\"\(text)\" is no precision", remedy: "use auto, fp32, bf16 or int8")
    }
  }

  /// - Parameter hasInt8: Whether the bundle holds an int8 network, which is there only where it keeps its promise and
  ///   was not slower on the machine that made it.
  public func resolved(onProcessorWith flags: @autoclosure () -> Set<String>, hasInt8: Bool) -> Precision {
    switch self {
    case .automatic where hasInt8, .fixed(.int8) where hasInt8: .int8
    case .automatic, .fixed(.int8): Precision.best(onProcessorWith: flags())
    // Asked for where the processor has none, bf16 would be fp32 under another name, or far slower.
    case .fixed(.bf16): Precision.best(onProcessorWith: flags())
    case .fixed(.fp32): .fp32
    }
  }
}

/// What this machine's processor can do, from /proc/cpuinfo; empty where that cannot be read.
public enum Processor {
  public static func flags() -> Set<String> {
    flags(in: text(of: "/proc/cpuinfo"))
  }

  static func flags(in text: String) -> Set<String> {
    let names = ["flags", "Features"]
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = line[..<colon].filter { !$0.isWhitespace }
      if names.contains(name) { return Set(line[line.index(after: colon)...].split(separator: " ").map(String.init)) }
    }
    return []
  }

  private static func text(of path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    // The first processor's entry is enough; /proc/cpuinfo of a large machine has megabytes.
    while bytes.count < 64 << 10 {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether products of 8-bit numbers are summed by instructions of their own; without them int8 may be the slower.
  public static func computesInt8(_ flags: Set<String>) -> Bool {
    !flags.isDisjoint(with: ["avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"])
  }

  /// How many processors this process may run on.
  public static func count() -> Int { Int(cwinnow_processor_count()) }
}
