import Dispatch
import Synchronization
import SystemPackage
import WinnowControlAPI
import WinnowControlServer
import WinnowCore

/// A service that answers every call with something small, on a queue of its own, and remembers who asked.
final class ServiceDouble: ControlService {
  typealias Answer = @Sendable (ControlCall, Peer) -> Bool

  private let queue = DispatchQueue(label: "winnow.test.service")
  private let peers = Mutex<[Peer]>([])
  /// Looks at a call first; `true` where it answered.
  private let special: Answer?

  init(_ special: Answer? = nil) { self.special = special }

  var askedBy: [Peer] { peers.withLock { $0 } }

  func handle(_ call: ControlCall, from peer: Peer) {
    peers.withLock { $0.append(peer) }
    queue.async { [self] in
      if special?(call, peer) == true { return }
      answer(call)
    }
  }

  private func answer(_ call: ControlCall) {
    switch call {
    case .version(let reply): reply.send(VersionReply(version: "1.2.3"))
    case .status(let reply): reply.send(Sample.status)
    case .backup(let reply): reply.send(Array("SQLite format 3\0".utf8), as: .bytes)
    case .metrics(let reply): reply.send(Array("winnow_degraded 0\n".utf8), as: .metrics)
    case .events(let stream):
      stream.emit(Sample.event)
      stream.finish()
    case .session(let reply): reply.send(SessionReply(user: "anna", standing: "member"))
    case .webOpen(let reply): reply.send(Sample.web)
    case .wait(_, let reply): reply.send(WaitReply(idle: true))
    case .classify(let request, _, let reply): reply.send(Sample.classified(request.file, logits: request.logits))
    case .sort(let request, let reply): reply.send(Sample.job("sort", spec: ["folder": .string(request.folder.string)]))
    case .history(_, let stream):
      stream.emit(Sample.history)
      stream.finish()
    case .thumbnail(_, let reply): reply.send([0xFF, 0xD8], as: .jpeg)
    case .undo(_, let reply), .redo(_, let reply): reply.send(UndoReply(done: 2, run: "7"))
    case .replay(_, let reply):
      reply.send(
        ReplayReply(
          done: 2, folders: [.init(folder: "/out/dog", count: 2)],
          refused: [FileReason(file: "/in/b.jpg", reason: "it is no longer there")], run: "8"))
    case .reviewList(_, let stream):
      stream.emit(
        ReviewRow(file: "/out/_review/a.jpg", inbox: "camera", reason: "unsure", time: Sample.time, number: 7))
      stream.finish()
    case .reviewAccept(let request, let reply):
      reply.send(ReviewReply(placed: request.files.map { .init(file: $0, to: "/out/cat/a.jpg", class: "cat") }))
    case .reviewSet(let request, let reply):
      reply.send(
        ReviewReply(placed: request.files.map { .init(file: $0, to: "/out/dog/a.jpg", class: request.class) }))
    case .reviewSkip(let request, let reply): reply.send(ReviewSkipReply(skipped: request.files.count))
    case .reviewSample(let request, let reply): reply.send(ReviewSampleReply(waiting: request.count))
    case .pause(_, let reply): reply.send(PauseReply(state: .paused, paused: ["camera"]))
    case .resume(_, let reply): reply.send(PauseReply(state: .ready, paused: []))
    case .rescan(let request, let reply):
      reply.send(RescanReply(inboxes: ["camera"], released: request.again ? 3 : 0))
    case .reload(let reply): reply.send(ReloadReply(changes: ["inbox camera: threshold 0.8 → 0.9"]))
    case .verify(let reply): reply.send(VerifyReply(checked: 10))
    case .doctor(let reply):
      reply.send(DoctorReply(checks: [.init(code: "worker", state: .ok, text: "the worker runs")]))
    case .inboxList(let reply): reply.send(InboxListReply(inboxes: [Sample.inbox]))
    case .inboxAdd(_, let reply): reply.send(Sample.inbox)
    case .inboxRemove(let name, let reply): reply.send(InboxRemoveReply(removed: name))
    case .configPreview(let request, _, let reply): reply.send(Sample.preview(request.file))
    case .configShow(let reply):
      reply.send(ConfigReply(settings: [.init(key: "engine.device", value: "auto", source: "default")]))
    case .modelList(let reply): reply.send(ModelListReply(models: [Sample.model]))
    case .modelImport(let request, let onnx, let stream):
      stream.emit(JobRecord(id: "1", state: .running, progress: 0.5, text: "reading"))
      stream.emit(
        JobRecord(
          id: "1", state: .done, progress: 1,
          result: [
            "model": .string(request.name), "version": 1, "current": true, "warnings": [],
            "bytes": .integer(Int64(onnx.length)),
          ]))
      stream.finish()
    case .modelShow(let model, let reply):
      model == "flowers"
        ? reply.send(Sample.details)
        : reply.fail(WinnowError(.notFound, "there is no model \"\(model)\"", remedy: "see winnowctl model list"))
    case .modelRemove(_, let reply), .modelPromote(_, let reply), .modelRollback(_, let reply):
      reply.send(ModelChangeReply(model: "flowers", version: 2, current: true, previous: 1))
    case .modelSummary(let model, let reply):
      reply.send(
        ModelSummaryReply(
          model: model,
          layers: [.init(name: "conv", op: "Conv", output: [-1, 64, 112, 112], parameters: 9408, macs: 118_013_952)],
          parameters: 9408, macs: 118_013_952, flops: 236_027_904))
    case .modelFlops(let model, let reply):
      reply.send(ModelFlopsReply(model: model, parameters: 9408, macs: 118_013_952, flops: 236_027_904))
    case .modelExport(_, let reply): reply.fail(WinnowError(.notFound, "nothing to export"))
    case .modelQuantize(_, _, let reply): reply.send(Sample.job("quantize"))
    case .dataset(let request, let reply): reply.send(Sample.work(request.verb))
    case .modelEvaluate(_, _, let reply): reply.send(Sample.evaluationJob)
    case .train(_, let reply): reply.send(Sample.trainingJob)
    case .jobList(let reply): reply.send(JobListReply(jobs: [Sample.job("sort")]))
    case .jobShow(let id, let reply):
      for job in [Sample.trainingJob, Sample.evaluationJob] where job.id == id { return reply.send(job) }
      reply.send(DatasetRequest.Verb(rawValue: id).map(Sample.work) ?? Sample.job("sort", id: id))
    case .jobFollow(let id, let stream):
      stream.emit(JobRecord(id: id, state: .running, progress: 0.5))
      stream.emit(JobRecord(id: id, state: .done, progress: 1, result: Sample.sortResult))
      stream.finish()
    case .jobCancel(let id, let reply), .jobResume(let id, let reply): reply.send(Sample.job("sort", id: id))
    case .jobLog(_, let reply): reply.send(JobLogReply(lines: [.init(time: Sample.time, text: "seen 10 pictures")]))
    case .jobCurves(_, let reply): reply.send(Array("epoch\n".utf8), as: .csv)
    case .jobReport(_, let reply): reply.send(Array("<!doctype html>".utf8), as: .report)
    }
  }
}

/// Values that the double answers with.
enum Sample {
  static let time = Timestamp(seconds: 1_772_357_400, nanoseconds: 250_000_000)

  static let web = WebReply(
    url: "http://127.0.0.1:8484/enter?token=abc", token: "abc", expires: time)

  static let inbox = InboxEntry(
    name: "camera", path: "/in", output: "/out", review: "/out/_review", model: "flowers", threshold: "0.80",
    action: "move", origin: .config)

  static let model = ModelEntry(name: "flowers", version: 2, current: true, precision: ["fp32", "bf16"])

  static let quantized = QuantizeReply(
    model: "flowers@2", version: 3, current: true, reason: "int8 keeps its promise", calibrated: 200,
    comparison: .init(
      pictures: 800, labelled: 800, agreement: 0.98, sureAgreement: 1, fullAccuracy: 0.9, int8Accuracy: 0.9, drop: 0,
      dropBound: 0.005),
    speed: .init(fullPrecision: "bf16", full: 400, int8: 700))

  static let trained = TrainReply(
    model: "flowers", version: 2, current: false, method: "head", backbone: "mobilenet@1", classes: ["cat", "dog"],
    pictures: .init(taught: 850, tested: 150, leftOut: ["copy": 2]),
    metrics: ["accuracy": .init(value: 0.9, low: 0.85, high: 0.93), "log_loss": .init(value: 0.3)],
    comparison: .init(version: 1, pictures: 150, won: 4, lost: 3, difference: 0.01, lowerBound: -0.02, p: 0.5),
    promotion: "it goes live with `winnowctl model promote`", seconds: 7.5, warnings: ["a warning"])

  static let status = StatusReply(
    state: .degraded, version: "1.2.3", pid: 42, started: time,
    conditions: [.init(code: "disk_full", severity: .error, text: "/out is full", remedy: "free space", since: time)],
    inboxes: [
      InboxStatus(
        name: "camera", path: "/in", output: "/out", model: "flowers@2", source: .inotify, state: .watching,
        counts: InboxCounts(settling: 1, sorted: 20, review: 3, quarantined: 1, left: 2, failed: 0))
    ],
    worker: WorkerStatus(state: .running, device: "cpu", precision: "bf16", restarts: 1, pid: 43), models: [model],
    memory: .init(rss: 20 << 20, anonymous: 6 << 20), corrections: 4)

  static let event = WatchEvent(
    time: time, event: .sorted, inbox: "camera", file: "/out/cat/a.jpg", from: "/in/a.jpg", to: "/out/cat/a.jpg",
    class: "cat", probability: 0.93, model: "flowers@2")

  static func preview(_ file: FilePath) -> PreviewReply {
    PreviewReply(
      file: file, inbox: "camera", action: .move, outcome: .sorted, destination: "/srv/camera/sorted/rose/a.jpg",
      reason: "rose 98.2%", class: "rose", probability: 0.982, model: "flowers@3", taken: nil, camera: "Canon")
  }

  static let history = HistoryRow(
    file: "/out/cat/a.jpg", from: "/in/a.jpg", to: "/out/cat/a.jpg", outcome: .sorted, reason: "cat at 93%",
    class: "cat", probability: 0.93, model: "flowers@2", time: time, sha256: String(repeating: "ab", count: 32),
    run: "7", inbox: "camera")

  static let details = ModelDetails(
    name: "flowers", version: 2, current: true, precision: ["fp32"], versions: [1, 2], classes: ["cat", "dog"],
    input: .init(
      width: 224, height: 224, resize: 256, interpolation: "bilinear", mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225]),
    parameters: 9408, temperature: 1, created: time, digest: String(repeating: "cd", count: 32),
    warnings: ["there is no test for unknown pictures"])

  static let sortResult: JSONValue = [
    "seen": 3, "sorted": 2, "review": 1, "quarantined": 0, "left": 0, "failed": 0, "run": "9",
  ]

  static func classified(_ file: FilePath, logits: Bool) -> ClassifyReply {
    ClassifyReply(
      file: file, class: "cat", probability: 0.5,
      top: ["cat", "dog", "cow", "hen", "pig"].map { .init(class: $0, probability: 0.2) }, model: "flowers@2",
      logits: logits ? [1.5, -0.25] : nil)
  }

  /// A finished job of a verb, by which it is called too.
  static func work(_ verb: DatasetRequest.Verb) -> Job {
    var job = job(verb.rawValue, id: verb.rawValue)
    job.result =
      switch verb {
      case .split:
        [
          "folder": "/d", "output": "/d_split", "ratios": "6:2:2", "seed": 1, "placing": "copy", "pictures": 10,
          "classes": [
            ["class": "rose", "parts": ["train": 6, "val": 2, "test": 2], "groups": 9, "largest_group": 2]
          ],
          "left_out": 1, "warnings": ["a warning"],
        ]
      case .check:
        [
          "folder": "/d", "pictures": 2, "parts": ["train": 1, "test": 1], "leak_count": 1, "unreadable": [],
          "leaks": [
            ["kind": "burst", "first": "train/a.jpg", "second": "test/b.jpg", "parts": ["train", "test"]]
          ],
        ]
      case .info:
        [
          "folder": "/d", "layout": "classes", "pictures": 3, "bytes": 4, "formats": ["jpeg": 3], "colours": ["rgb": 3],
          "classes": [["class": "rose", "pictures": 3, "bytes": 4]], "problem_counts": ["tiny": 1],
          "problems": [["kind": "tiny", "file": "rose/a.jpg", "detail": "1 × 1 pixels"]],
          "imbalance": ["largest": 3, "smallest": 3, "ratio": 1, "effective_classes": 1],
          "sides": ["smallest": 1, "median": 2, "largest": 3],
        ]
      case .crawl: ["found": 3, "saved": 2, "failed": ["timed_out": 1]]
      case .clean: ["kept": 3, "left_out": [["file": "rose/a.jpg", "reason": "tiny"]]]
      case .sources: ["sources": [["name": "wikimedia", "reachable": true]]]
      }
    return job
  }

  static let evaluated = EvaluateReply(
    model: "flowers@2", output: "/d_report", pictures: 100, accuracy: .init(value: 0.9, low: 0.85, high: 0.93),
    macroF1: .init(value: 0.9), calibrationError: 0.02, imagesPerSecond: 210, leaks: 1, warnings: ["a warning"])

  static var trainingJob: Job { job("train", of: trained) }
  static var evaluationJob: Job { job("evaluate", of: evaluated) }

  private static func job(_ kind: String, of result: some Encodable) -> Job {
    var job = job(kind, id: kind)
    job.result = (try? Wire.encode(result)).flatMap { try? Wire.decode(JSONValue.self, from: $0) }
    return job
  }

  static func job(_ kind: String, id: String = "12", spec: JSONValue? = nil) -> Job {
    Job(
      id: id, kind: kind, state: .done, progress: 1, created: time, started: time, finished: time, by: "root",
      spec: spec, result: sortResult)
  }
}
