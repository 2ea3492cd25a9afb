import SystemPackage
import Testing
import WinnowCore
import WinnowImaging

@testable import WinnowInference

@Suite("Precision")
struct PrecisionTests {
  @Test("auto is bf16 only where the processor computes it")
  func automatic() throws {
    #expect(Precision.best(onProcessorWith: ["avx512f", "avx512_bf16"]) == .bf16)
    #expect(Precision.best(onProcessorWith: ["amx_bf16"]) == .bf16)
    #expect(Precision.best(onProcessorWith: ["avx2", "avx512f", "avx512_vnni"]) == .fp32)
    #expect(Precision.best(onProcessorWith: []) == .fp32)
    #expect(try PrecisionChoice("auto") == .automatic)
    #expect(try PrecisionChoice("fp32").resolved(onProcessorWith: ["avx512_bf16"], hasInt8: true) == .fp32)
    #expect(try PrecisionChoice("bf16").resolved(onProcessorWith: ["avx2"], hasInt8: true) == .fp32)
    #expect(try PrecisionChoice("bf16").resolved(onProcessorWith: ["avx512_bf16"], hasInt8: true) == .bf16)
    #expect(throws: WinnowError.self) { try PrecisionChoice("fp64") }
  }

  @Test("int8 serves where the bundle has it, unless full precision is asked for", arguments: ["auto", "int8"])
  func int8(text: String) throws {
    let choice = try PrecisionChoice(text)
    #expect(choice.resolved(onProcessorWith: ["avx2"], hasInt8: true) == .int8)
    #expect(choice.resolved(onProcessorWith: ["avx512_bf16"], hasInt8: false) == .bf16)
    #expect(choice.resolved(onProcessorWith: ["avx2"], hasInt8: false) == .fp32)
  }

  @Test(
    "products of 8-bit numbers have instructions of their own on some processors",
    arguments: [
      (["avx512_vnni"], true), (["avx_vnni"], true), (["amx_int8"], true), (["asimddp"], true),
      (["avx2", "avx512f", "avx512_bf16"], false), ([], false),
    ])
  func int8Instructions(flags: [String], isThere: Bool) {
    #expect(Processor.computesInt8(Set(flags)) == isThere)
  }

  @Test("flags are read from cpuinfo")
  func flags() {
    let text = "processor\t: 0\nmodel name\t: X\nflags\t\t: fpu avx512_bf16 sse\nflags\t: other\n"
    #expect(Processor.flags(in: text) == ["fpu", "avx512_bf16", "sse"])
    #expect(Processor.flags(in: "Features\t: fp asimd bf16") == ["fp", "asimd", "bf16"])
    #expect(Processor.flags(in: "").isEmpty)
    #expect(!Processor.flags().isEmpty)
    #expect(Processor.count() >= 1)
  }

  @Test("small machines run one picture batch a thread, large ones share")
  func streams() {
    let streams = [1, 2, 4, 8, 16, 64].map { EngineSettings(precision: .fp32, threads: $0).streams }
    #expect(streams == [1, 2, 4, 4, 4, 16])
    let batches = [2, 8, 64].map { EngineSettings(precision: .fp32, threads: $0).largestBatch }
    #expect(batches == [2, 4, 8])
  }
}

@Suite("Probabilities")
struct ProbabilitiesTests {
  private func softmax(_ logits: [Float], temperature: Double = 1) -> [Double]? {
    logits.withUnsafeBufferPointer { Probabilities.softmax($0, temperature: temperature) }
  }

  @Test("softmax is stable, sums to one and follows the temperature")
  func softmax() throws {
    let plain = try #require(softmax([1, 2, 3]))
    #expect(abs(plain[2] - 0.6652409557748219) < 1e-12)
    #expect(abs(plain.reduce(0, +) - 1) < 1e-12)
    let shifted = try #require(softmax([10001, 10002, 10003]))
    #expect(zip(plain, shifted).allSatisfy { abs($0 - $1) < 1e-12 })
    let warm = try #require(softmax([1, 2, 3], temperature: 2))
    #expect(abs(warm[2] - 0.5064804) < 1e-6)
  }

  @Test("values that are no numbers have no probabilities")
  func infinite() {
    #expect(softmax([1, .nan]) == nil)
    #expect(softmax([1, .infinity]) == nil)
    #expect(softmax([]) == nil)
  }

  @Test("the best come first, of equals the lower index")
  func best() {
    #expect(Probabilities.best(3, of: [0.1, 0.4, 0.1, 0.4]) == [1, 3, 0])
    #expect(Probabilities.best(10, of: [0.2, 0.8]) == [1, 0])
    #expect(Probabilities.best(1, of: [0.5, 0.5]) == [0])
  }
}

@Suite("Worker options")
struct WorkerOptionsTests {
  @Test("every option is read")
  func all() throws {
    let options = try WorkerOptions([
      "--bundle", "/b", "--cache", "/c", "--precision", "bf16", "--threads", "3", "--memory-limit", "1073741824",
      "--max-pixels", "1000", "--max-bytes", "2000", "--picture-seconds", "7", "--nice", "5",
    ])
    #expect(options.task == .serve)
    #expect(options.bundle == "/b" && options.cache == "/c")
    #expect(options.precision == .fixed(.bf16))
    #expect(options.threads == 3)
    #expect(options.memoryLimit == 1 << 30)
    #expect(options.limits.maxPixels == 1000)
    #expect(options.limits.maxBytes == 2000)
    #expect(options.limits.maxSeconds == 7)
    #expect(options.nice == 5)
    #expect(try WorkerOptions(["--bundle", "/b", "--threads", "auto"]).threads == nil)
    #expect(try WorkerOptions(["--bundle", "/b", "--make-golden"]).task == .makeGolden)
  }

  @Test(
    "what is no option is refused",
    arguments: [
      [], ["--bundle"], ["--bundle", "/b", "--what"], ["--bundle", "/b", "--threads", "0"],
      ["--bundle", "/b", "--precision", "fp8"], ["--bundle", "/b", "--memory-limit", "1"],
      ["--bundle", "/b", "--compile"], ["--bundle", "/b", "--max-pixels", "many"],
      ["--bundle", "/b", "--nice", "-1"],
    ])
  func refused(arguments: [String]) {
    let error = #expect(throws: WinnowError.self) { try WorkerOptions(arguments) }
    #expect(error?.code == .invalidInput)
  }
}

@Suite("Blocking queues")
struct BlockingQueueTests {
  @Test("elements come in order, several at once where asked")
  func order() {
    let queue = BlockingQueue<Int>(capacity: 8)
    for element in 1...5 { queue.put(element) }
    #expect(queue.take() == 1)
    #expect(queue.take { min($0, 3) } == [2, 3, 4])
    queue.close()
    #expect(queue.take { _ in 10 } == [5])
    #expect(queue.take() == nil)
    queue.put(6)
    #expect(queue.take() == nil)
  }

  @Test("a full queue makes its producer wait, and everything arrives once")
  func bounded() throws {
    let queue = BlockingQueue<Int>(capacity: 2)
    let results = BlockingQueue<Int>(capacity: 1000)
    for _ in 0..<3 {
      try PlainThread.start("consumer") {
        while let element = queue.take() { results.put(element) }
      }
    }
    for element in 0..<1000 { queue.put(element) }
    var seen: Set<Int> = []
    for _ in 0..<1000 { if let element = results.take() { seen.insert(element) } }
    queue.close()
    #expect(seen == Set(0..<1000))
  }
}
