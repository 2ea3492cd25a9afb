import FoundationEssentials
import WinnowControlAPI
import WinnowCore

/// A request that is allowed and has arrived whole.
struct IncomingRequest {
  var admission: Admission
  /// The JSON object; empty where the route takes none.
  var json: Data
  var file: SpooledFile?

  /// Decodes what was sent and joins it with the reply that fits.
  ///
  /// - Throws: `.malformed` or `.invalidInput`, naming the field.
  func call(answeringThrough responder: Responder) throws(WinnowError) -> ControlCall {
    let query = admission.query
    let parameter = admission.parameter ?? ""
    switch admission.route {
    case .classify, .configPreview, .history, .reviewList, .thumbnail: break
    default: try query.allowNothing()
    }
    switch admission.route {
    case .version: return .version(Reply(responder))
    case .status: return .status(Reply(responder))
    case .metrics: return .metrics(FileReply(responder))
    case .events: return .events(RecordStream(responder))
    case .wait: return .wait(try body(), Reply(responder))
    case .session: return .session(Reply(responder))
    case .webOpen: return .webOpen(Reply(responder))

    case .classify: return .classify(try ClassifyRequest(query), picture: try spooled(), Reply(responder))
    case .sort: return .sort(try body(), Reply(responder))
    case .history: return .history(try HistoryQuery(query), RecordStream(responder))
    case .thumbnail:
      return .thumbnail(try ThumbnailRequest(picture: parameter, query), FileReply(responder))
    case .undo: return .undo(try body(), Reply(responder))
    case .redo: return .redo(try body(), Reply(responder))
    case .replay: return .replay(try body(), Reply(responder))

    case .reviewList: return .reviewList(try ReviewQuery(query), RecordStream(responder))
    case .reviewAccept: return .reviewAccept(try body(), Reply(responder))
    case .reviewSet: return .reviewSet(try body(), Reply(responder))
    case .reviewSkip: return .reviewSkip(try body(), Reply(responder))
    case .reviewSample: return .reviewSample(try body(), Reply(responder))

    case .pause: return .pause(try body(), Reply(responder))
    case .resume: return .resume(try body(), Reply(responder))
    case .rescan: return .rescan(try body(), Reply(responder))
    case .reload: return .reload(Reply(responder))
    case .verify: return .verify(Reply(responder))
    case .doctor: return .doctor(Reply(responder))
    case .backup: return .backup(FileReply(responder))

    case .inboxList: return .inboxList(Reply(responder))
    case .inboxAdd: return .inboxAdd(try body(), Reply(responder))
    case .inboxRemove: return .inboxRemove(name: parameter, Reply(responder))
    case .configShow: return .configShow(Reply(responder))
    case .configPreview:
      return .configPreview(try PreviewRequest(query), picture: try spooled(), Reply(responder))

    case .modelList: return .modelList(Reply(responder))
    case .modelImport: return .modelImport(try body(), onnx: try spooled(), RecordStream(responder))
    case .modelShow: return .modelShow(model: parameter, Reply(responder))
    case .modelRemove: return .modelRemove(model: parameter, Reply(responder))
    case .modelPromote: return .modelPromote(model: parameter, Reply(responder))
    case .modelRollback: return .modelRollback(model: parameter, Reply(responder))
    case .modelSummary: return .modelSummary(model: parameter, Reply(responder))
    case .modelFlops: return .modelFlops(model: parameter, Reply(responder))
    case .modelExport: return .modelExport(model: parameter, FileReply(responder))
    case .modelQuantize: return .modelQuantize(model: parameter, try body(), Reply(responder))

    case .modelEvaluate: return .modelEvaluate(model: parameter, try body(), Reply(responder))

    case .dataset: return .dataset(try DatasetRequest(verb: parameter, body: json), Reply(responder))

    case .train: return .train(try body(), Reply(responder))

    case .jobList: return .jobList(Reply(responder))
    case .jobShow: return .jobShow(id: parameter, Reply(responder))
    case .jobFollow: return .jobFollow(id: parameter, RecordStream(responder))
    case .jobCancel: return .jobCancel(id: parameter, Reply(responder))
    case .jobResume: return .jobResume(id: parameter, Reply(responder))
    case .jobLog: return .jobLog(id: parameter, Reply(responder))
    case .jobCurves: return .jobCurves(id: parameter, FileReply(responder))
    case .jobReport: return .jobReport(id: parameter, FileReply(responder))
    }
  }

  private func body<Body: Decodable>() throws(WinnowError) -> Body { try Wire.decode(Body.self, from: json) }

  private func spooled() throws(WinnowError) -> SpooledFile {
    guard let file else { throw WinnowError(.malformed, "the request has no file in its body") }
    return file
  }
}
