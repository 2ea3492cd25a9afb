import Dispatch
import WinnowBundle
import WinnowCore

extension EngineSpeed {
  /// Long enough that what the machine does besides evens out, short enough that nobody waits; chosen.
  private static let rounds = 5
  private static let secondsPerRound = 0.3

  /// Runs both in turn, each on as many threads as it is served with.
  ///
  /// - Parameter noted: The int8 network once more, with settings that note layers.
  /// - Throws: `.engineFailure`.
  static func measure(
    full: CompiledModel, int8: CompiledModel, noted: CompiledModel, onProcessorWith flags: Set<String>
  ) throws(WinnowError) -> EngineSpeed {
    let request = try noted.makeRequest()
    try request.run(1) { _, _ in }
    let layers = try request.layers().filter(\.hasWeights)
    let runs = [try SpeedRun(full), try SpeedRun(int8)]
    var speeds: [[Double]] = [[], []]
    for round in 0...rounds {
      for (index, run) in runs.enumerated() {
        let speed = try run.picturesPerSecond(over: secondsPerRound)
        // The first round warms up.
        if round > 0 { speeds[index].append(speed) }
      }
    }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return EngineSpeed(
      fullPrecision: full.settings.precision.rawValue, full: median(speeds[0]), int8: median(speeds[1]),
      hasInt8Instructions: Processor.computesInt8(flags), int8Layers: layers.filter(\.isInt8).count,
      floatLayers: layers.filter { !$0.isInt8 }.map { "\($0.name) (\($0.execution))" })
  }
}

/// One network's requests, a thread each.
private final class SpeedRun: Sendable {
  private let model: CompiledModel

  init(_ model: CompiledModel) throws(WinnowError) { self.model = model }

  func picturesPerSecond(over seconds: Double) throws(WinnowError) -> Double {
    let streams = max(1, model.settings.streams)
    let results = BlockingQueue<Result<Double, WinnowError>>(capacity: streams)
    for _ in 0..<streams {
      try PlainThread.start("measure") { [model] in
        results.put(Result { () throws(WinnowError) in try Self.speed(of: model, seconds) })
      }
    }
    var sum = 0.0
    for _ in 0..<streams { if let result = results.take() { sum += try result.get() } }
    return sum
  }

  private static func speed(of model: CompiledModel, _ seconds: Double) throws(WinnowError) -> Double {
    let request = try model.makeRequest()
    try request.run(model.largestBatch) { _, _ in }
    let start = DispatchTime.now().uptimeNanoseconds
    var pictures = 0
    while true {
      try request.run(model.largestBatch) { _, _ in }
      pictures += model.largestBatch
      let passed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      if passed >= seconds { return Double(pictures) / passed }
    }
  }
}
