public import WinnowControlAPI

/// One request, checked and decoded, with the reply that fits it.
public enum ControlCall: Sendable {
  case version(Reply<VersionReply>)
  case status(Reply<StatusReply>)
  /// Figures in Prometheus' text format.
  case metrics(FileReply)
  /// Live events from now on. The service calls `begin()` once it has subscribed.
  case events(RecordStream<WatchEvent>)
  case wait(WaitRequest, Reply<WaitReply>)
  /// Who the peer is.
  case session(Reply<SessionReply>)
  /// A link into the web page.
  case webOpen(Reply<WebReply>)

  case classify(ClassifyRequest, picture: SpooledFile, Reply<ClassifyReply>)
  /// For a peer that may not name any path, only folders under a configured root.
  case sort(SortRequest, Reply<Job>)
  case history(HistoryQuery, RecordStream<HistoryRow>)
  case thumbnail(ThumbnailRequest, FileReply)
  case undo(UndoRequest, Reply<UndoReply>)
  case redo(UndoRequest, Reply<UndoReply>)
  case replay(ReplayRequest, Reply<ReplayReply>)

  case reviewList(ReviewQuery, RecordStream<ReviewRow>)
  case reviewAccept(ReviewAcceptRequest, Reply<ReviewReply>)
  case reviewSet(ReviewSetRequest, Reply<ReviewReply>)
  case reviewSkip(ReviewSkipRequest, Reply<ReviewSkipReply>)
  case reviewSample(ReviewSampleRequest, Reply<ReviewSampleReply>)

  case pause(PauseRequest, Reply<PauseReply>)
  case resume(PauseRequest, Reply<PauseReply>)
  case rescan(RescanRequest, Reply<RescanReply>)
  case reload(Reply<ReloadReply>)
  case verify(Reply<VerifyReply>)
  case doctor(Reply<DoctorReply>)
  /// The ledger as one SQLite file.
  case backup(FileReply)

  case inboxList(Reply<InboxListReply>)
  case inboxAdd(InboxAddRequest, Reply<InboxEntry>)
  case inboxRemove(name: String, Reply<InboxRemoveReply>)
  case configShow(Reply<ConfigReply>)
  /// Where a picture would go.
  case configPreview(PreviewRequest, picture: SpooledFile, Reply<PreviewReply>)

  case modelList(Reply<ModelListReply>)
  /// Progress, and at the end a record that is done with a `ModelChangeReply` as its result.
  case modelImport(ModelImportRequest, onnx: SpooledFile, RecordStream<JobRecord>)
  case modelShow(model: String, Reply<ModelDetails>)
  case modelRemove(model: String, Reply<ModelChangeReply>)
  case modelPromote(model: String, Reply<ModelChangeReply>)
  case modelRollback(model: String, Reply<ModelChangeReply>)
  case modelSummary(model: String, Reply<ModelSummaryReply>)
  case modelFlops(model: String, Reply<ModelFlopsReply>)
  case modelExport(model: String, FileReply)
  /// Names a folder, which has to lie under a configured root of the training for a peer that may not name any path.
  case modelQuantize(model: String, QuantizeRequest, Reply<Job>)

  /// For a peer that may not name any path, only folders under a configured root of the training.
  case modelEvaluate(model: String, EvaluateRequest, Reply<Job>)
  case dataset(DatasetRequest, Reply<Job>)
  case train(TrainRequest, Reply<Job>)

  case jobList(Reply<JobListReply>)
  case jobShow(id: String, Reply<Job>)
  /// Where the job stands now, then each change, up to a final state.
  case jobFollow(id: String, RecordStream<JobRecord>)
  case jobCancel(id: String, Reply<Job>)
  case jobResume(id: String, Reply<Job>)
  case jobLog(id: String, Reply<JobLogReply>)
  /// The curves of a training as CSV.
  case jobCurves(id: String, FileReply)
  /// The report of an evaluation, a page of its own.
  case jobReport(id: String, FileReply)
}
