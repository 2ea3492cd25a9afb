import Glibc
import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowPipeline

/// What the web page alone asks for.
extension ControlDesk {
  /// - Throws: `.refused` where there is no page.
  func openWeb(for peer: Peer) throws(WinnowError) -> WebReply {
    guard let door = daemon.web else {
      throw WinnowError(
        .refused, daemon.webFault?.message ?? "the web page is off",
        remedy: daemon.webFault?.remedy
          ?? "set `http: {listen: 127.0.0.1:8484}` in winnow.yaml and start winnowd anew")
    }
    let (token, expires) = try daemon.sessions.begin(for: peer)
    daemon.journal.write(
      JournalLine(.notice, "a session of the web page was begun by \(Accounts.describe(user: peer.user))"))
    return WebReply(url: "\(door.outside ?? door.address)/enter?token=\(token)", token: token, expires: expires)
  }

  /// Sends a file that belongs to a job.
  func send(_ reply: FileReply, _ find: () throws(WinnowError) -> (path: FilePath, kind: ReplyKind)) {
    do throws(WinnowError) {
      let (path, kind) = try find()
      guard let file = Self.open(path) else { throw WinnowError(.notFound, "\(path.escaped) is not there") }
      reply.send(file.descriptor, length: file.length, as: kind)
    } catch {
      reply.fail(error)
    }
  }

  /// A regular file, and no link to one.
  static func open(_ path: FilePath) -> (descriptor: FileDescriptor, length: Int64)? {
    guard
      let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
    else { return nil }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      try? descriptor.close()
      return nil
    }
    return (descriptor, Int64(status.st_size))
  }

  /// Where a training keeps its curves: while it runs beside its checkpoint, afterwards in what it made.
  ///
  /// - Throws: `.notFound` for other jobs.
  func curves(of id: String) throws(WinnowError) -> (path: FilePath, kind: ReplyKind) {
    let job = try daemon.jobs.show(try JobBoard.number(id))
    guard job.kind == Self.trainingKind, case .object(let spec)? = job.spec, case .string(let name)? = spec["name"]
    else { throw WinnowError(.notFound, "job \(id) has no curves") }
    if case .object(let result)? = job.result, case .integer(let version)? = result["version"] {
      let (_, bundle) = try daemon.library.resolve(try ModelReference("\(name)@\(version)"))
      return (bundle.appending("curves.csv"), .csv)
    }
    // The name is a model's, and so no path.
    guard let model = try? ModelReference(name).name else {
      throw WinnowError(.notFound, "job \(id) has no curves")
    }
    return (daemon.state.path.appending("training").appending(model).appending("curves.csv"), .csv)
  }

  /// Of an evaluation, or of a training's test.
  ///
  /// - Throws: `.notFound` where the job has no report.
  func report(of id: String) throws(WinnowError) -> (path: FilePath, kind: ReplyKind) {
    let job = try daemon.jobs.show(try JobBoard.number(id))
    guard case .object(let result)? = job.result else { throw WinnowError(.notFound, "job \(id) has no report") }
    switch (job.kind, result["output"], result["model"], result["version"]) {
    case (Self.evaluationKind, .string(let output)?, _, _): return (FilePath(output).appending("report.html"), .report)
    case (Self.trainingKind, _, .string(let name)?, .integer(let version)?):
      let model = ModelVersion(name: name, version: Int(version))
      return (TestReportFolder.path(of: model, beside: daemon.library.root).appending("report.html"), .report)
    default: throw WinnowError(.notFound, "job \(id) has no report")
    }
  }
}
