import WinnowCore
import WinnowImaging
import WinnowWire

/// A worker without a model: it looks at pictures, and classifies none.
///
/// ```
/// socket ─► reader ─► received ─► decoding threads ─► socket
/// ```
///
/// All threads are there before the sandbox is sealed.
struct LookService {
  /// Requests that wait at most, beside those that are being worked on; each is an open descriptor.
  private static let waiting = 16

  private let limits: DecodeLimits
  private let room: DecodingRoom
  private let received: BlockingQueue<PictureRequest>
  /// One entry a thread, there while the thread has nothing in hand.
  private let idle: BlockingQueue<Int>

  /// Starts the threads; they wait.
  init(options: WorkerOptions, processors: Int) throws(WinnowError) {
    limits = options.limits
    room = DecodingRoom(memory: options.memoryLimit, processors: processors)
    received = BlockingQueue(capacity: Self.waiting)
    idle = BlockingQueue(capacity: room.threads)
    for _ in 0..<room.threads {
      let service = self
      try PlainThread.start("look") { service.run() }
    }
    try PlainThread.start("watch") { WorkerSocket.exitOnceAlone() }
  }

  /// Says that it is ready, then answers until end-of-file and finishes what it has.
  func serve(on socket: WorkerSocket) throws(WinnowError) {
    let ready = WorkerReady(
      device: "CPU", precision: "none", classCount: 0, capacity: Self.waiting + room.threads, loadedFromCache: false)
    guard socket.send(.ready(ready)) else { return }
    while let request = try socket.receive() { received.put(request) }
    received.close()
    for _ in 0..<room.threads { _ = idle.take() }
  }

  private func run() {
    let bytes = PictureBytes(limit: limits.maxBytes)
    while let request = received.take() { WorkerSocket.standard.send(answer(request, with: bytes)) }
    idle.put(0)
  }

  private func answer(_ request: PictureRequest, with bytes: PictureBytes) -> WorkerAnswer {
    var digest: ContentDigest?
    do {
      let size = try PictureBytes.size(of: request.picture)
      return try room.decode(fileOf: size) { memory throws(Refusal) in
        try answer(request, with: bytes, memory: memory, digest: &digest)
      }
    } catch {
      return .refused(id: request.id, Refusal(error.kind, String(error.detail.prefix(500))), digest: digest)
    }
  }

  private func answer(
    _ request: PictureRequest, with bytes: PictureBytes, memory: Int, digest: inout ContentDigest?
  ) throws(Refusal) -> WorkerAnswer {
    var limits = limits
    limits.maxMemory = min(limits.maxMemory, memory)
    let decoder = ImageDecoder(limits: limits)
    return try bytes.read(request.picture) { bytes, hash throws(Refusal) in
      digest = hash
      switch request.task {
      case .classify: throw Refusal(.unreadable, "this worker has no model")
      case .look(let wishes, let output):
        let inspection = PictureInspection(wishes: wishes, output: output)
        let decoded = try decoder.decode(bytes, minimumShorterSide: inspection.minimumShorterSide)
        let found = try inspection.look(at: decoded, PictureFacts(decoded, digest: hash, byteCount: bytes.count))
        return .looked(id: request.id, found.look, converted: found.converted)
      case .crop(let crop):
        try crop.write(of: decoder.decode(bytes, minimumShorterSide: crop.minimumShorterSide))
        return .cropped(id: request.id, digest: hash)
      }
    }
  }
}
