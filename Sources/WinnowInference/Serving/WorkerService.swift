import Glibc
import WinnowBundle
import WinnowCore
import WinnowImaging
import WinnowWire

/// The stages of a worker and the queues between them:
///
/// ```
/// socket ─► reader ─► received ─► decoding threads ─► ready ─► inference threads ─► socket
/// ```
///
/// All threads are there before the sandbox is sealed. How many pictures are between the two ends of the socket is
/// bounded by the pool's slots.
struct WorkerService {
  private let model: CompiledModel
  private let pool: CropPool
  private let received: BlockingQueue<ReceivedPicture>
  private let ready: BlockingQueue<ReadyPicture>

  /// Starts the threads; they wait.
  init(model: CompiledModel, bundle: LoadedBundle, options: WorkerOptions) throws(WinnowError) {
    self.model = model
    let manifest = bundle.manifest
    let transform = EvaluationTransform(resize: manifest.input.resize, crop: manifest.input.crop)
    let runs = model.settings.streams
    // A batch in each run, as many pictures ready, and twice that on their way there, so that no run waits.
    let pool = CropPool(count: 4 * runs * model.largestBatch, slotBytes: transform.byteCount)
    let received = BlockingQueue<ReceivedPicture>(capacity: pool.count)
    let ready = BlockingQueue<ReadyPicture>(capacity: pool.count)
    (self.pool, self.received, self.ready) = (pool, received, ready)

    let memory = max(options.memoryLimit - WorkerProcess.engineMemory, 64 << 20)
    let room = DecodingRoom(memory: memory, processors: model.settings.threads)
    let decoding = DecodeStage(limits: options.limits, transform: transform, pool: pool, room: room)
    for _ in 0..<room.threads {
      try PlainThread.start("decode") { decoding.run(from: received, to: ready, answers: .standard) }
    }
    let inference = InferenceStage(
      model: model, temperature: manifest.temperature, pool: pool, centres: bundle.centres)
    for _ in 0..<runs {
      try PlainThread.start("infer") { Self.infer(inference, from: ready) }
    }
    try PlainThread.start("watch") { WorkerSocket.exitOnceAlone() }
  }

  /// Says that it is ready, then answers until end-of-file and finishes what it has.
  func serve(on socket: WorkerSocket) throws(WinnowError) {
    let ready = WorkerReady(
      device: "CPU", precision: model.settings.precision.rawValue, classCount: model.classCount, capacity: pool.count,
      loadedFromCache: model.loadedFromCache)
    guard socket.send(.ready(ready)) else { return }
    while true {
      let slot = pool.take()
      guard let request = try socket.receive() else {
        pool.give(back: slot)
        break
      }
      received.put(ReceivedPicture(request: request, slot: slot))
    }
    pool.waitUntilAllAreFree()
  }

  private static func infer(_ stage: InferenceStage, from ready: BlockingQueue<ReadyPicture>) {
    do {
      try stage.run(try stage.model.makeRequest(), from: ready, answers: .standard)
    } catch {
      WorkerProcess.report(error)
      _exit(1)
    }
  }
}
