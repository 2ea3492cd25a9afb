import Dispatch
public import SystemPackage
public import WinnowCore
public import WinnowFiles

/// What would become of a picture as things are.
public struct PicturePreview: Sendable {
  public var inbox: String
  public var action: PlacingAction
  public var outcome: HistoryOutcome
  /// Where it, or what stands for it, would be placed if the name is free; nil where nothing would.
  public var destination: FilePath?
  public var reason: String
  public var prediction: Prediction
}

/// A picture that somebody handed over, to be told where it would go.
public struct PreviewedFile: Sendable {
  /// Where it lies, absolute; it is not opened.
  public var path: FilePath
  public var byteCount: Int64
  public var modified: Timestamp
  /// Nil: the inbox in which it lies, else the only one there is.
  public var inbox: String?

  public init(path: FilePath, byteCount: Int64, modified: Timestamp, inbox: String?) {
    self.path = path
    self.byteCount = byteCount
    self.modified = modified
    self.inbox = inbox
  }
}

extension SortingPipeline {
  /// Says where a picture would go, and touches nothing. `completion` is called on the pipeline's queue.
  public func preview(
    _ file: PreviewedFile, _ descriptor: consuming OwnedDescriptor,
    completion: @escaping (Result<PicturePreview, WinnowError>) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    let inbox: Inbox
    do throws(WinnowError) {
      inbox = try self.inbox(for: file)
    } catch {
      return completion(.failure(error))
    }
    let key = inbox.key
    classify(
      descriptor, name: file.path.escaped, byteCount: file.byteCount, with: inbox.settings.model, wantsLogits: false
    ) { [self] result in
      completion(
        result.flatMap { prediction in
          guard let inbox = inboxes.first(where: { $0.key == key }),
            let model = try? resolveModel(inbox.settings.model)
          else { return .failure(WinnowError(.notFound, "the inbox was removed meanwhile")) }
          return .success(preview(of: file, prediction, by: model, in: inbox))
        })
    }
  }

  private func inbox(for file: PreviewedFile) throws(WinnowError) -> Inbox {
    if let name = file.inbox {
      if let inbox = inboxes.first(where: { $0.name == name }) { return inbox }
      throw WinnowError(.notFound, "there is no inbox \(name)", remedy: "see `winnowctl inbox list`")
    }
    let holding = inboxes.filter { file.path.starts(with: $0.settings.path) }
    if let innermost = holding.max(by: { $0.settings.path.length < $1.settings.path.length }) { return innermost }
    guard inboxes.count == 1, let only = inboxes.first else {
      throw WinnowError(
        .invalidInput, "\(file.path.escaped) lies in no inbox", remedy: "say which one is meant with --inbox")
    }
    return only
  }

  private func preview(
    of file: PreviewedFile, _ prediction: Prediction, by model: ServedModel, in inbox: Inbox
  ) -> PicturePreview {
    let settings = inbox.settings
    var relative = file.path
    let isInside = relative.removePrefix(settings.path)
    let name = file.path.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? []
    let facts = DestinationTemplate.Facts(
      inbox: inbox.name, subfolder: isInside ? relative.removingLastComponent() : FilePath(),
      camera: prediction.picture.camera, taken: prediction.picture.captureTime ?? file.modified, name: name)
    var preview = PicturePreview(
      inbox: inbox.name, action: settings.action, outcome: .left, destination: nil, reason: "", prediction: prediction)
    switch inbox.policy(leastFamiliarity: model.leastFamiliarity).decide(prediction, facts: facts) {
    case .leave(let reason): preview.reason = reason
    case .retry(let reason):
      preview.outcome = .failed
      preview.reason = reason
    case .move(let area, let folder, let outcome, let reason):
      preview.outcome = outcome
      preview.reason = reason
      let place = Place(root: settings.root(of: area), relative: folder).appending(name: name)
      if settings.action == .tag, outcome == .sorted {
        preview.destination =
          Self.sidecar(
            of: Place(root: file.path.removingLastComponent(), relative: FilePath(bytes: name))
          ).absolute
      } else if !settings.action.placesMark || outcome == .sorted {
        preview.destination = place.absolute
      }
    }
    return preview
  }
}
