/// Everything the control socket can be asked, each with its method and path. `docs/control-api.yaml` describes the
/// same list, and a test compares the two.
public enum Route: String, CaseIterable, Hashable, Sendable {
  case version, status, metrics, events, wait
  case session, webOpen
  case classify, sort, history, thumbnail, undo, redo, replay
  case reviewList, reviewAccept, reviewSet, reviewSkip, reviewSample
  case pause, resume, rescan, reload, verify, doctor, backup
  case inboxList, inboxAdd, inboxRemove
  case configShow, configPreview
  case modelList, modelImport, modelShow, modelRemove, modelPromote, modelRollback
  case modelSummary, modelFlops, modelExport, modelQuantize, modelEvaluate
  case dataset, train
  case jobList, jobShow, jobFollow, jobCancel, jobResume
  case jobLog, jobCurves, jobReport

  public enum Method: String, Hashable, Sendable {
    case get = "GET"
    case post = "POST"
    case delete = "DELETE"
  }

  /// What a request carries besides its path and query.
  public enum Body: Hashable, Sendable {
    case none
    /// One JSON object.
    case json
    /// The bytes of a file.
    case file
    /// One JSON object on one line, a newline, and the bytes of a file.
    case jsonThenFile
  }

  public enum Reply: Hashable, Sendable {
    case document
    /// One object a line, or server-sent events.
    case stream
    /// The bytes of a file.
    case file
  }

  public var method: Method { shape.method }

  /// The path with `{…}` where one segment is free: `/v1/models/{model}/promote`.
  public var template: String { shape.template }

  public var body: Body {
    switch self {
    case .classify, .configPreview: .file
    case .modelImport: .jsonThenFile
    case .wait, .sort, .undo, .redo, .replay, .reviewAccept, .reviewSet, .reviewSkip, .reviewSample, .pause, .resume,
      .rescan, .inboxAdd,
      .modelQuantize, .modelEvaluate, .dataset, .train:
      .json
    default: .none
    }
  }

  public var reply: Reply {
    switch self {
    case .events, .history, .reviewList, .modelImport, .jobFollow: .stream
    case .metrics, .modelExport, .thumbnail, .jobCurves, .jobReport, .backup: .file
    default: .document
    }
  }

  private var shape: (method: Method, template: String) {
    switch self {
    case .version: (.get, "/v1/version")
    case .status: (.get, "/v1/status")
    case .metrics: (.get, "/v1/metrics")
    case .events: (.get, "/v1/events")
    case .wait: (.post, "/v1/wait")
    case .session: (.get, "/v1/session")
    case .webOpen: (.post, "/v1/web")
    case .classify: (.post, "/v1/classify")
    case .sort: (.post, "/v1/sort")
    case .history: (.get, "/v1/history")
    case .thumbnail: (.get, "/v1/pictures/{picture}/thumbnail")
    case .undo: (.post, "/v1/undo")
    case .redo: (.post, "/v1/redo")
    case .replay: (.post, "/v1/replay")
    case .reviewList: (.get, "/v1/review")
    case .reviewAccept: (.post, "/v1/review/accept")
    case .reviewSet: (.post, "/v1/review/set")
    case .reviewSkip: (.post, "/v1/review/skip")
    case .reviewSample: (.post, "/v1/review/sample")
    case .pause: (.post, "/v1/pause")
    case .resume: (.post, "/v1/resume")
    case .rescan: (.post, "/v1/rescan")
    case .reload: (.post, "/v1/reload")
    case .verify: (.post, "/v1/verify")
    case .doctor: (.post, "/v1/doctor")
    case .backup: (.get, "/v1/backup")
    case .inboxList: (.get, "/v1/inboxes")
    case .inboxAdd: (.post, "/v1/inboxes")
    case .inboxRemove: (.delete, "/v1/inboxes/{inbox}")
    case .configShow: (.get, "/v1/config")
    case .configPreview: (.post, "/v1/config/preview")
    case .modelList: (.get, "/v1/models")
    case .modelImport: (.post, "/v1/models")
    case .modelShow: (.get, "/v1/models/{model}")
    case .modelRemove: (.delete, "/v1/models/{model}")
    case .modelPromote: (.post, "/v1/models/{model}/promote")
    case .modelRollback: (.post, "/v1/models/{model}/rollback")
    case .modelSummary: (.get, "/v1/models/{model}/summary")
    case .modelFlops: (.get, "/v1/models/{model}/flops")
    case .modelExport: (.get, "/v1/models/{model}/onnx")
    case .modelQuantize: (.post, "/v1/models/{model}/quantize")
    case .modelEvaluate: (.post, "/v1/models/{model}/evaluate")
    case .dataset: (.post, "/v1/dataset/{verb}")
    case .train: (.post, "/v1/train")
    case .jobList: (.get, "/v1/jobs")
    case .jobShow: (.get, "/v1/jobs/{job}")
    case .jobFollow: (.get, "/v1/jobs/{job}/records")
    case .jobCancel: (.post, "/v1/jobs/{job}/cancel")
    case .jobResume: (.post, "/v1/jobs/{job}/resume")
    case .jobLog: (.get, "/v1/jobs/{job}/log")
    case .jobCurves: (.get, "/v1/jobs/{job}/curves")
    case .jobReport: (.get, "/v1/jobs/{job}/report")
    }
  }
}

extension Route {
  /// The path for a request, with `parameter` in its free segment.
  public func path(_ parameter: String? = nil) -> String {
    template.split(separator: "/").map { segment in
      segment.first == "{" ? Percent.encode(Array((parameter ?? "").utf8)) : String(segment)
    }.reduce(into: "") { $0 += "/" + $1 }
  }

  /// What a request line means.
  public enum Match: Hashable, Sendable {
    case found(Route, parameter: String?)
    /// The path exists, but for these methods.
    case wrongMethod(allowed: [Method])
    case unknown
  }

  /// Finds the route of a path without its query. Every segment must fit, and a free one is never empty.
  public static func match(method: String, path: String) -> Match {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.first == "" else { return .unknown }
    var allowed: [Method] = []
    for route in allCases {
      guard let parameter = route.fits(segments.dropFirst()) else { continue }
      if route.method.rawValue == method { return .found(route, parameter: parameter.isEmpty ? nil : parameter) }
      allowed.append(route.method)
    }
    return allowed.isEmpty ? .unknown : .wrongMethod(allowed: allowed)
  }

  /// The free segment decoded, an empty text where the template has none, `nil` where the path does not fit.
  private func fits(_ segments: ArraySlice<Substring>) -> String? {
    let pattern = template.split(separator: "/")
    guard pattern.count == segments.count else { return nil }
    var parameter = ""
    for (expected, segment) in zip(pattern, segments) {
      if expected.first == "{" {
        guard let bytes = Percent.decode(segment), let text = String(validating: bytes, as: UTF8.self), !text.isEmpty,
          !bytes.contains(0)
        else { return nil }
        parameter = text
      } else if expected != segment {
        return nil
      }
    }
    return parameter
  }
}
