import Glibc
import WinnowBundle
import WinnowCore
import WinnowGraph
import WinnowTorch

/// What a training computes with: chosen once, by measuring, and kept for its whole life, so that a training that goes
/// on after a stop comes to the same weights.
struct ComputeChoice {
  let numbers: TorchTensor.Numbers
  let threads: Int

  /// The name that is written down.
  var precision: String { numbers == .bfloat16 ? "bf16" : "fp32" }

  init(precision: String, threads: Int) {
    numbers = precision == "bf16" ? .bfloat16 : .float32
    self.threads = threads
  }

  /// Takes the faster of float32 and bfloat16, by two steps of each, where the processor multiplies bfloat16 itself;
  /// elsewhere bfloat16 can be twenty times slower.
  ///
  /// - Parameters:
  ///   - precision: `fp32` or `bf16` where somebody said so.
  ///   - makeNetwork: a network in these numbers, whose weights nobody needs afterwards.
  init(
    precision: String?, threads: Int?, recipe: FineTuningRecipe, classCount: Int,
    makeNetwork: (TorchTensor.Numbers) throws(WinnowError) -> LearningNetwork, library: TorchLibrary
  ) throws(WinnowError) {
    self.threads = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    try library.setThreads(self.threads)
    if let precision {
      numbers = precision == "bf16" ? .bfloat16 : .float32
      return
    }
    guard Self.multipliesBFloat16 else {
      numbers = .float32
      return
    }
    let pixels = [UInt8](repeating: 128, count: recipe.batch * recipe.side * recipe.side * 3)
    let labels = (0..<recipe.batch).map { $0 % classCount }
    var seconds: [Double] = []
    for numbers in [TorchTensor.Numbers.float32, .bfloat16] {
      let network = try makeNetwork(numbers)
      // The first step finds memory and kernels.
      _ = try network.step(pixels, labels: labels, progress: 0, step: 0)
      let began = ContinuousClock.now
      for step in 1...2 { _ = try network.step(pixels, labels: labels, progress: 0, step: step) }
      seconds.append((ContinuousClock.now - began) / .seconds(1))
    }
    numbers = seconds[1] < seconds[0] ? .bfloat16 : .float32
  }

  /// By the flags that the kernel names.
  static var multipliesBFloat16: Bool {
    guard let file = fopen("/proc/cpuinfo", "re") else { return false }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard line.hasPrefix("flags") else { continue }
      let flags = Set(line.split(whereSeparator: \.isWhitespace))
      return flags.contains("avx512_bf16") || flags.contains("amx_bf16")
    }
    return false
  }
}
