public import WinnowControlAPI
import WinnowCore

/// What a peer must be for a request.
public enum Requirement: Hashable, Sendable {
  /// Anybody who can connect.
  case visitor
  /// The socket's group.
  case member
  /// The socket's group for folders under a configured root, which the service checks; `owner` for all others.
  case memberInsideRoots
  /// Root or the daemon's own user.
  case owner

  /// The standing that lets a request reach the service.
  public var standing: Peer.Standing {
    switch self {
    case .visitor: .visitor
    case .member, .memberInsideRoots: .member
    case .owner: .owner
    }
  }
}

extension Route {
  /// The one table of who may do what. Members look, review, correct, undo, pause and publish models from bytes they
  /// send. What names a new path, changes the roots, cannot be undone or hands out the whole ledger, the web page's
  /// sessions among it, needs the owner.
  public var requirement: Requirement {
    switch self {
    case .version, .status, .metrics, .events, .session, .history, .reviewList, .inboxList, .configShow: .visitor
    case .modelList, .modelShow, .modelSummary, .modelFlops, .modelExport: .visitor
    case .jobList, .jobShow, .jobFollow, .jobLog, .jobCurves: .visitor
    case .webOpen, .thumbnail, .jobReport: .member
    case .wait, .classify, .configPreview, .undo, .redo, .replay: .member
    case .reviewAccept, .reviewSet, .reviewSkip, .reviewSample: .member
    case .pause, .resume, .rescan, .verify, .doctor: .member
    case .modelImport, .modelPromote, .modelRollback: .member
    case .jobCancel, .jobResume: .member
    case .sort, .dataset, .train, .modelQuantize, .modelEvaluate: .memberInsideRoots
    case .reload, .inboxAdd, .inboxRemove, .modelRemove, .backup: .owner
    }
  }
}

extension Peer {
  /// - Throws: `.notPermitted` with what would be needed.
  func check(_ route: Route) throws(WinnowError) {
    guard standing < route.requirement.standing else { return }
    let path = "\(route.method.rawValue) \(route.template)"
    throw WinnowError(
      .notPermitted, "user \(user) may not do this (\(path))",
      remedy: route.requirement.standing == .owner
        ? "ask as root or as the user winnowd runs as" : "ask as a member of the socket's group, or as root")
  }
}
