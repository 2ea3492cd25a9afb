import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

@testable import WinnowControlServer

@Suite("the control server, over its socket")
struct ControlServerTests {
  private func error(_ body: () throws -> Void) -> WinnowError? { #expect(throws: WinnowError.self, performing: body) }

  @Test("every route that answers with a document answers", arguments: Route.allCases.filter { $0.reply == .document })
  func documents(route: Route) throws {
    let live = try LiveServer()
    let body: ClientBody =
      switch route {
      case .wait: try .json(WaitRequest())
      case .sort: try .json(SortRequest(folder: "/pictures"))
      case .undo, .redo: try .json(UndoRequest(.all))
      case .replay: try .json(ReplayRequest(dryRun: true))
      case .reviewAccept: try .json(ReviewAcceptRequest(files: ["/out/_review/a.jpg"]))
      case .reviewSet: try .json(ReviewSetRequest(files: ["/out/_review/a.jpg"], class: "dog"))
      case .reviewSkip: try .json(ReviewSkipRequest(files: ["/out/_review/a.jpg"]))
      case .reviewSample: try .json(ReviewSampleRequest(count: 10))
      case .pause, .resume: try .json(PauseRequest())
      case .rescan: try .json(RescanRequest(again: true))
      case .modelQuantize: try .json(QuantizeRequest(data: "/pictures"))
      case .modelEvaluate: try .json(EvaluateRequest(folder: "/pictures"))
      case .train: try .json(TrainRequest(folder: "/pictures", name: "n"))
      case .inboxAdd: try .json(InboxAddRequest(name: "n", path: "/i", output: "/o", model: "m"))
      case .dataset: try .json(DatasetRequest.split(SplitRequest(folder: "/pictures")))
      case .classify, .configPreview: .file(try FileDescriptor.open("/proc/self/exe", .readOnly), length: 10)
      default: .none
      }
    defer { if case .file(let file, _) = body { try? file.close() } }
    var query = Query()
    if route == .classify { query = ClassifyRequest(file: "/a.jpg").query }
    if route == .configPreview {
      query = PreviewRequest(file: "/a.jpg", modified: Timestamp(seconds: 0)).query
    }
    let answer: JSONValue = try live.client.call(
      route, parameter: route.template.contains("{") ? (route == .dataset ? "split" : "flowers") : nil, query: query,
      body: body)
    #expect(answer["schema"] == 1)
    #expect(answer["error"] == nil)
  }

  @Test("streams give their records in order and end")
  func streams() throws {
    let live = try LiveServer()
    var rows: [HistoryRow] = []
    try live.client.stream(.history, query: HistoryQuery(file: "/in/a.jpg").query) { (row: HistoryRow) in
      rows.append(row)
      return true
    }
    #expect(rows == [Sample.history])
    var states: [Job.State] = []
    try live.client.stream(.jobFollow, parameter: "12") { (record: JobRecord) in
      states.append(record.state)
      return true
    }
    #expect(states == [.running, .done])
  }

  @Test("events are server-sent events unless lines are asked for")
  func eventFraming() throws {
    let live = try LiveServer()
    let events = try live.raw("GET /v1/events HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n")
    #expect(events.contains("Content-Type: text/event-stream"))
    #expect(events.contains("data: {\"class\":\"cat\""))
    let lines = try live.raw(
      "GET /v1/events HTTP/1.1\r\nHost: winnow\r\nAccept: application/x-ndjson\r\nConnection: close\r\n\r\n")
    #expect(lines.contains("Content-Type: application/x-ndjson"))
    #expect(!lines.contains("data: "))
  }

  @Test("the service's error comes back with code, remedy and status")
  func serviceError() throws {
    let live = try LiveServer()
    let error = error { let _: ModelDetails = try live.client.call(.modelShow, parameter: "no such") }
    #expect(error?.code == .notFound)
    #expect(error?.message == "there is no model \"no such\"")
    #expect(error?.remedy == "see winnowctl model list")
    let raw = try live.raw("GET /v1/models/x HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\n\r\n")
    #expect(raw.hasPrefix("HTTP/1.1 404 "))
    #expect(raw.contains("Winnow-Version: 1.2.3"))
  }

  @Test("a call that the service drops is answered all the same")
  func droppedCall() throws {
    let live = try LiveServer(service: ServiceDouble { call, _ in if case .status = call { true } else { false } })
    #expect(error { let _: StatusReply = try live.client.call(.status) }?.code == .noAnswer)
  }

  @Test("an error in the middle of a stream ends it as an error")
  func brokenStream() throws {
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        guard case .history(_, let stream) = call else { return false }
        stream.emit(Sample.history)
        stream.fail(WinnowError(.systemCall, "the ledger cannot be read"))
        return true
      })
    var count = 0
    let error = error {
      try live.client.stream(.history) { (_: HistoryRow) in
        count += 1
        return true
      }
    }
    #expect(count == 1)
    #expect(error?.message == "the ledger cannot be read")
  }

  @Test("the peer is who the kernel says")
  func peer() throws {
    let live = try LiveServer()
    let _: VersionReply = try live.client.call(.version)
    #expect(
      live.service.askedBy
        == [Peer(user: geteuid(), group: getegid(), process: getpid(), standing: .owner)])
  }

  @Test("one connection serves request after request, also sent at once")
  func keepAlive() throws {
    let live = try LiveServer()
    let connection = try RawConnection(to: live.socket)
    let request = "GET /v1/version HTTP/1.1\r\nHost: winnow\r\n\r\n"
    try connection.send(request)
    _ = try connection.read(until: "}\n")
    try connection.send(
      request + "GET /v1/nothing HTTP/1.1\r\nHost: winnow\r\n\r\n"
        + request.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
    let answers = try connection.readToEnd()
    #expect(answers.components(separatedBy: "HTTP/1.1 200").count == 3)
    #expect(answers.components(separatedBy: "HTTP/1.1 404").count == 2)
  }

  @Test("a client that asks first is told to go on")
  func expectContinue() throws {
    let live = try LiveServer()
    let connection = try RawConnection(to: live.socket)
    try connection.send(
      "POST /v1/pause HTTP/1.1\r\nHost: winnow\r\nExpect: 100-continue\r\nConnection: close\r\n"
        + "Content-Length: 2\r\n\r\n")
    #expect(try connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
    try connection.send("{}")
    #expect(try connection.readToEnd().hasPrefix("HTTP/1.1 200 "))
  }

  @Test("many clients at once all get their own answers")
  func concurrentClients() throws {
    let live = try LiveServer()
    let client = live.client
    let failures = Mutex(0)
    let group = DispatchGroup()
    for number in 0..<8 {
      group.enter()
      Thread.detach {
        for round in 0..<25 {
          let id = "\(number)-\(round)"
          let job: Job? = try? client.call(.jobShow, parameter: id)
          if job?.id != id { failures.withLock { $0 += 1 } }
        }
        group.leave()
      }
    }
    group.wait()
    #expect(failures.withLock { $0 } == 0)
  }

  @Test("one connection too many is turned away with an answer")
  func tooManyConnections() throws {
    var limits = ControlLimits()
    limits.connections = 3
    let live = try LiveServer(limits: limits)
    let open = try (0..<3).map { _ in
      let connection = try RawConnection(to: live.socket)
      try connection.send("GET /v1/version HTTP/1.1\r\nHost: winnow\r\n\r\n")
      _ = try connection.read(until: "}\n")
      return connection
    }
    #expect(error { let _: VersionReply = try live.client.call(.version) }?.code == .busy)
    withExtendedLifetime(open) {}
  }

  @Test("the last connections are kept for the owner")
  func reservedConnections() {
    var limits = ControlLimits()
    limits.connections = 3
    limits.reservedForOwners = 2
    let host = ControlHost(
      version: "", limits: limits, register: PeerRegister(owner: 1, members: nil),
      spool: Spool(folder: "/", limits: limits), service: ServiceDouble())
    let member = Entrance.socket(Peer(user: 5, group: 5, process: 1, standing: .member))
    let owner = Entrance.socket(Peer(user: 1, group: 1, process: 1, standing: .owner))
    var served: [RequestHandler] = []
    func serve(_ entrance: Entrance) {
      let handler = RequestHandler(entrance, host: host)
      served.append(handler)
      host.connections[ObjectIdentifier(handler)] = handler
    }
    #expect(host.hasRoom(for: member) && host.hasRoom(for: owner))
    serve(member)
    #expect(!host.hasRoom(for: member) && host.hasRoom(for: owner))
    serve(owner)
    serve(owner)
    #expect(!host.hasRoom(for: owner))
  }
}

/// A thread of its own for a client that blocks.
private enum Thread {
  static func detach(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "winnow.test.client").async(execute: body)
  }
}
