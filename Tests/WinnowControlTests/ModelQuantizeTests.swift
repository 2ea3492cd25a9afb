import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowTestSupport

@Suite("winnowctl model quantize")
struct ModelQuantizeTests {
  /// A server whose job ends with this reply, and what it was asked.
  private final class Desk: Sendable {
    let asked = Mutex<[(String, QuantizeRequest)]>([])
    let reply: QuantizeReply

    init(_ reply: QuantizeReply) { self.reply = reply }

    func live() throws -> LiveServer {
      try LiveServer(
        service: ServiceDouble { [self] call, _ in
          switch call {
          case .modelQuantize(let model, let request, let answer):
            asked.withLock { $0.append((model, request)) }
            answer.send(Sample.job("quantize", id: "q"))
          case .jobShow(_, let answer):
            var job = Sample.job("quantize", id: "q")
            job.result = try? Wire.decode(JSONValue.self, from: Wire.encode(reply))
            answer.send(job)
          default: return false
          }
          return true
        })
    }
  }

  private func run(_ desk: Desk, _ arguments: [String]) throws -> CommandLineTool.Outcome {
    let live = try desk.live()
    _ = try live.folder.file("winnow.yaml")
    let tool = CommandLineTool(socket: live.socket, folder: live.folder.path)
    return try tool.run((["model", "quantize"] + arguments).map { Array($0.utf8) })
  }

  @Test("asks for the model with the folder's path from the root, and says what came of it")
  func kept() throws {
    let desk = Desk(Sample.quantized)
    let outcome = try run(desk, ["flowers@2", "--data", "/pictures/flowers"])
    #expect(outcome.status == 0)
    let asked = desk.asked.withLock { $0 }
    #expect(asked.count == 1 && asked.first?.0 == "flowers@2")
    #expect(asked.first?.1 == QuantizeRequest(data: "/pictures/flowers"))
    #expect(outcome.output.contains("int8 keeps its promise") && outcome.output.contains("flowers@3 is live"))
  }

  @Test("exits with 1 where int8 does not serve, and says why")
  func declined() throws {
    let reason = "flowers@2 is served at full precision as before: it is too far off"
    let desk = Desk(QuantizeReply(model: "flowers@2", reason: reason))
    let outcome = try run(desk, ["flowers", "--data", "/d", "--json"])
    #expect(outcome.status == 1)
    let document = try #require(try outcome.objects().first)
    #expect(document["reason"] == .string(reason) && document["version"] == nil)
  }
}
