import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowTestSupport

@Suite("winnowctl")
struct WinnowctlTests {
  /// A server, and a winnowctl that finds it through the environment.
  private struct Set {
    let live: LiveServer
    let tool: CommandLineTool

    init(_ special: ServiceDouble.Answer? = nil) throws {
      live = try LiveServer(limits: LiveServer.patient, service: ServiceDouble(special))
      tool = CommandLineTool(socket: live.socket, folder: live.folder.path)
      _ = try live.folder.file("winnow.yaml")
    }
  }

  // MARK: Verbs

  @Test(
    "verbs with one answer print one document with the schema number",
    arguments: [
      ["status"], ["wait", "--idle", "--timeout", "5"], ["undo", "--all"], ["undo", "--since", "2h", "--dry-run"],
      ["redo"], ["review", "accept", "--all"], ["review", "set", "/out/_review/a.jpg", "dog"],
      ["review", "accept", "5-9"], ["review", "set", "7", "a*.jpg", "dog"], ["review", "skip", "*.jpg"], ["pause"],
      ["resume", "--inbox", "camera"], ["rescan", "--again"], ["reload"], ["verify"], ["doctor"],
      ["inbox", "list"], ["inbox", "add", "/i", "--name", "n", "--output", "/o", "--model", "m", "--threshold", "0.5"],
      ["inbox", "remove", "camera"], ["config", "show"], ["model", "list"], ["model", "show", "flowers"],
      ["model", "promote", "flowers@2"], ["model", "rollback", "flowers"], ["model", "remove", "flowers@1"],
      ["model", "summary", "flowers"], ["model", "flops", "flowers"], ["jobs", "list"], ["jobs", "show", "12"],
      ["jobs", "cancel", "12"], ["jobs", "resume", "12"], ["sort", "/pictures"], ["sort", "/pictures", "--detach"],
      ["version"], ["dataset", "split", "/d"], ["dataset", "split", "/d", "--detach", "--link", "--seed", "3"],
      ["dataset", "info", "/d", "--page", "/p.html"], ["dataset", "clean", "/d", "--dry-run"], ["dataset", "sources"],
      ["evaluate", "flowers", "/d"], ["evaluate", "flowers@2", "/d", "--output", "/r", "--detach"],
      ["train", "/d", "--name", "n"], ["train", "/d", "--name", "n", "--arch", "resnet18", "--detach"],
      ["train", "/d", "--name", "n", "--backbone", "m", "--test-share", "0.2", "--promote", "if-better"],
      ["dataset", "crawl", "向日葵", "--source", "baidu", "--count", "5", "--into", "/d", "--allow-host", "a:1"],
    ])
  func documents(arguments: [String]) throws {
    let set = try Set()
    let outcome = try set.tool.run(([["--json"], arguments].flatMap(\.self)).map { Array($0.utf8) })
    #expect(outcome.status == 0, "\(outcome.messages)")
    let objects = try outcome.objects()
    #expect(objects.count == 1)
    #expect(objects.first?["schema"] == 1)
    let plain = try set.tool.run(arguments.map { Array($0.utf8) })
    #expect(plain.status == 0 && !plain.output.isEmpty && !plain.output.contains("\u{1B}"))
  }

  @Test("lists stand under their plural names")
  func plurals() throws {
    let set = try Set()
    #expect(try set.tool.run("model", "list", "--json").objects()[0]["models"] != nil)
    #expect(try set.tool.run("inbox", "list", "--json").objects()[0]["inboxes"] != nil)
    #expect(try set.tool.run("jobs", "list", "--json").objects()[0]["jobs"] != nil)
  }

  @Test("streams print an object a line", arguments: [["watch"], ["history"], ["review"], ["jobs", "follow", "12"]])
  func streams(arguments: [String]) throws {
    let set = try Set()
    let outcome = try set.tool.run((arguments + ["--json"]).map { Array($0.utf8) })
    #expect(outcome.status == 0)
    let objects = try outcome.objects()
    #expect(!objects.isEmpty)
    #expect(objects.allSatisfy { $0["schema"] == 1 })
    let plain = try set.tool.run(arguments.map { Array($0.utf8) })
    #expect(plain.output.contains("\t") && !plain.output.contains("\u{1B}"))
  }

  @Test("numbers, ranges and patterns mean pictures in review; what means none is told, and nothing is asked for")
  func reviewSelectors() throws {
    let set = try Set { call, _ in
      guard case .reviewList(let query, let stream) = call else { return false }
      if query.kind == .waiting {
        for number in 5...8 {
          stream.emit(
            ReviewRow(
              file: FilePath("/out/_review/day \(number)/\(number).jpg"), inbox: "camera", reason: "unsure",
              time: Sample.time, number: Int64(number)))
        }
      }
      stream.finish()
      return true
    }
    for (words, numbers) in [
      (["6"], [6]), (["7-99"], [7, 8]), (["8", "5-6", "6"], [8, 5, 6]), (["[56].jpg"], [5, 6]),
      (["/out/*/day 7/*"], [7]), (["?.jpg"], [5, 6, 7, 8]), (["/out/_review/x.jpg"], []),
    ] {
      let outcome = try set.tool.run((["review", "accept", "--json"] + words).map { Array($0.utf8) })
      #expect(outcome.status == 0, "\(words): \(outcome.messages)")
      guard case .array(let placed)? = try outcome.objects().first?["placed"] else {
        Issue.record("no list")
        continue
      }
      let files = numbers.map { JSONValue.string("/out/_review/day \($0)/\($0).jpg") }
      #expect(placed.map { $0["file"] } == (files.isEmpty ? ["/out/_review/x.jpg"] : files), "\(words)")
    }
    for word in ["9", "10-11", "x*", "/out/*.jpg"] {
      let outcome = try set.tool.run("review", "accept", word)
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(word)")
    }
  }

  @Test("classify prints a line a picture, in order, and exits with 4 where some fail and 1 where all do")
  func classifying() throws {
    let set = try Set()
    let good = try set.live.folder.file("good.jpg", [1, 2, 3])
    let missing = set.live.folder.path.appending("missing.jpg")
    let some = try set.tool.run("classify", good.string, missing.string, good.string, "--logits", "--json")
    #expect(some.status == 4)
    let objects = try some.objects()
    #expect(objects.map { $0["file"] } == [good, missing, good].map { .string($0.string) })
    #expect(objects[0]["class"] == "cat" && objects[0]["logits"] == [1.5, -0.25] && objects[0]["model"] == "flowers@2")
    #expect(objects[1]["error"]?["code"] == "not_found" && objects[1]["class"] == nil)
    #expect(try set.tool.run("classify", missing.string).status == 1)
    #expect(try set.tool.run("classify", "/dev/null", "--json").objects()[0]["error"]?["code"] == "invalid_input")
    mkfifo(set.live.folder.path.appending("pipe").string, 0o600)
    #expect(try set.tool.run("classify", set.live.folder.path.appending("pipe").string).status == 1)
  }

  @Test("a name that is not UTF-8 passes through winnowctl without loss")
  func rawNames() throws {
    let set = try Set()
    let name = FilePath(bytes: set.live.folder.path.bytes + [0x2F, 0xFF, 0x0A, 0xC3])
    let descriptor = try FileDescriptor.open(name, .writeOnly, options: .create, permissions: .ownerReadWrite)
    try descriptor.close()
    let outcome = try set.tool.run([Array("classify".utf8), name.bytes, Array("--json".utf8)])
    #expect(outcome.status == 0)
    #expect(try outcome.objects()[0]["file_base64"] == .string(Data(name.bytes).base64EncodedString()))
    let plain = try set.tool.run([Array("classify".utf8), name.bytes])
    #expect(plain.output.hasSuffix("/\\xff\\x0a\\xc3\n"))
    name.withPlatformString { _ = unlink($0) }
  }

  @Test("relative paths are sent absolute, with dots resolved")
  func absolutePaths() throws {
    let set = try Set { call, _ in
      guard case .undo(let request, let reply) = call, case .files(let files) = request.selection else { return false }
      reply.send(UndoReply(done: 0, refused: files.map { FileReason(file: $0, reason: "x") }))
      return true
    }
    let outcome = try set.tool.run("undo", "/a/./b//c.jpg", "/proc/self/../x.jpg", "rel.jpg", "--json")
    #expect(outcome.status == 4)
    guard case .array(let refused)? = try outcome.objects()[0]["refused"] else {
      Issue.record("no list")
      return
    }
    let here = FileManager.default.currentDirectoryPath
    #expect(refused.map { $0["file"] } == ["/a/b/c.jpg", "/proc/x.jpg", .string(here + "/rel.jpg")])
  }

  @Test("an import sends network and labels, and prints the new version")
  func importing() throws {
    let set = try Set { call, _ in
      guard case .modelImport(let request, let onnx, let stream) = call else { return false }
      let result: JSONValue = [
        "model": .string(request.name), "version": 1, "current": true,
        "warnings": .array((request.labels + [String(onnx.length)]).map { .string($0) }),
      ]
      stream.emit(JobRecord(id: "1", state: .done, progress: 1, result: result))
      stream.finish()
      return true
    }
    let onnx = try set.live.folder.file("m.onnx", [UInt8](repeating: 1, count: 1000))
    let labels = try set.live.folder.file("labels.txt", Array("\u{FEFF}cat\r\ndog, hound\n\nkatze ä\n\n".utf8))
    let outcome = try set.tool.run(
      "model", "import", onnx.string, "--labels", labels.string, "--name", "pets", "--mean", "0.5,0.5,0.5", "--std",
      "0.2,0.2,0.2", "--resize", "256", "--crop", "224", "--json")
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(try outcome.objects()[0]["warnings"] == ["cat", "dog, hound", "", "katze ä", "1000"])
    #expect(outcome.messages.contains("in the daemon"))
    let broken = try set.live.folder.file("broken.txt", Array("cat\n".utf8) + [0xFF])
    let refused = try set.tool.run("model", "import", onnx.string, "--labels", broken.string, "--name", "pets")
    #expect(refused.status == 1 && refused.messages.contains("line 2"))
  }

  @Test("an export is there whole or not at all")
  func exporting() throws {
    let source = try TemporaryFolder()
    let network = try source.file("network", [UInt8](repeating: 9, count: 100_000))
    let set = try Set { call, _ in
      guard case .modelExport(let model, let reply) = call, model != "none",
        let file = try? FileDescriptor.open(network, .readOnly)
      else { return false }
      reply.send(file, length: model == "broken" ? 200_000 : 100_000)
      return true
    }
    let target = source.path.appending("out.onnx")
    let outcome = try set.tool.run("model", "export", "flowers", "--output", target.string, "--json")
    #expect(outcome.status == 0)
    #expect(try outcome.objects()[0]["bytes"] == 100_000)
    #expect(try Data(contentsOf: URL(filePath: target.string)).count == 100_000)
    let other = source.path.appending("other.onnx")
    #expect(try set.tool.run("model", "export", "broken", "--output", other.string).status == 3)
    #expect(try set.tool.run("model", "export", "none", "--output", other.string).status == 1)
    #expect(try source.names() == ["network", "out.onnx"])
  }

  @Test("without a daemon, or with --local, model verbs run winnow-lab and say so")
  func localModels() throws {
    let set = try Set()
    let folder = try TemporaryFolder()
    var tool = set.tool
    tool.program = try CommandLineTool.install("winnowctl", in: folder)
    _ = try CommandLineTool.install(
      "winnow-lab", in: folder,
      script: #"""
        #!/bin/sh
        read -r request
        echo "$request" > "$(dirname "$0")/request"
        echo '{"progress":0.5,"text":"reading"}'
        case "$request" in
          *'"model":"gone"'*) echo '{"error":{"code":"not_found","message":"there is no model gone"}}' ;;
          *'"model":"crash"'*) kill -9 $$ ;;
          *) echo '{"result":{"model":"pets","version":3,"current":false,"warnings":[]}}' ;;
        esac
        """#)
    let local = try tool.run("--local", "model", "promote", "pets@3", "--json")
    #expect(local.status == 0, "\(local.messages)")
    #expect(try local.objects()[0]["version"] == 3)
    #expect(local.messages.contains("in this process"))
    let request = try Wire.decode(
      LabRequest.self, from: Data(contentsOf: URL(filePath: folder.path.appending("request").string)))
    #expect(request == LabRequest(verb: .promote, library: tool.folder.appending("state/models"), model: "pets@3"))
    #expect(try tool.run("model", "promote", "pets@3").messages.contains("in the daemon"))
    let lost = CommandLineTool(socket: folder.path.appending("none"), folder: folder.path, program: tool.program)
    let missing = try lost.run("model", "show", "gone")
    #expect(missing.status == 1 && missing.messages.contains("there is no model gone"))
    let crashed = try lost.run("model", "show", "crash")
    #expect(crashed.status == 1 && crashed.messages.contains("signal 9"))
    let onnx = try folder.file("m.onnx", [1])
    let labels = try folder.file("l.txt", Array("a\nb".utf8))
    #expect(try lost.run("model", "import", onnx.string, "--labels", labels.string, "--name", "pets").status == 0)
    let imported = try Wire.decode(
      LabRequest.self, from: Data(contentsOf: URL(filePath: folder.path.appending("request").string)))
    #expect(imported.settings?.labels == ["a", "b"] && imported.onnx == onnx)
  }

  // MARK: Exit status

  @Test(
    "wrong use exits with 2",
    arguments: [
      ["--bogus"], ["status", "--bogus"], ["nonsense"], ["classify"], ["undo"], ["undo", "--all", "--run", "1"],
      ["wait"],
      ["wait", "--idle", "--timeout", "soon"], ["history", "--since", "yesterday"], ["history", "--limit", "-3"],
      ["review", "accept"], ["review", "set", "dog"], ["review", "skip"], ["review", "--each", "--json"],
      ["review", "list", "--skipped", "--corrected"], ["inbox", "add", "/i"],
      ["model", "import", "x", "--labels", "y", "--name", "z", "--mean", "1"],
      ["inbox", "add", "/i", "--name", "n", "--output", "/o", "--model", "m", "--threshold", "high"],
      ["completions", "tcsh"], ["status", "extra"],
    ])
  func usage(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(socket: folder.path.appending("none"), folder: folder.path)
    let outcome = try tool.run(arguments.map { Array($0.utf8) })
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty && !outcome.messages.isEmpty)
  }

  @Test("no daemon is 3, and says what to start")
  func unreachable() throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(socket: folder.path.appending("none"), folder: folder.path)
    for verb in ["status", "watch", "history", "doctor", "verify"] {
      let outcome = try tool.run(verb)
      #expect(outcome.status == 3, "\(verb)")
      #expect((outcome.messages + outcome.output).contains("winnowd"))
    }
    let version = try tool.run("version", "--json")
    #expect(version.status == 0)
    #expect(try version.objects()[0]["version"] == .string(ProductVersion.current))
  }

  @Test("what the daemon refuses is 5, what it cannot find is 1")
  func refusals() throws {
    let set = try Set { call, _ in
      switch call {
      case .reload(let reply): reply.fail(WinnowError(.notPermitted, "no"))
      case .modelRemove(_, let reply): reply.fail(WinnowError(.refused, "it is live", remedy: "promote another"))
      default: return false
      }
      return true
    }
    #expect(try set.tool.run("reload").status == 5)
    let live = try set.tool.run("model", "remove", "flowers@2")
    #expect(live.status == 5)
    #expect(live.messages.contains("it is live") && live.messages.contains("→ promote another"))
    #expect(try set.tool.run("model", "show", "unknown").status == 1)
  }

  @Test("wait, verify and doctor exit with 1 where something is not well, undo with 4")
  func badNews() throws {
    let set = try Set { call, _ in
      switch call {
      case .wait(_, let reply):
        reply.send(WaitReply(idle: false, waiting: [FileReason(file: "/in/a.jpg", reason: "a program has it open")]))
      case .verify(let reply): reply.send(VerifyReply(checked: 2, changed: ["/out/cat/a.jpg"], missing: []))
      case .doctor(let reply): reply.send(DoctorReply(checks: [.init(code: "x", state: .failed, text: "bad")]))
      case .undo(_, let reply): reply.send(UndoReply(done: 1, refused: [FileReason(file: "/a", reason: "edited")]))
      case .jobFollow(let id, let stream):
        stream.emit(JobRecord(id: id, state: .failed, progress: 0.2, error: WinnowError(.systemCall, "disk full")))
        stream.finish()
      default: return false
      }
      return true
    }
    let wait = try set.tool.run("wait", "--idle", "--timeout", "1", "--json")
    #expect(wait.status == 1)
    #expect(try wait.objects()[0]["waiting"] == [["file": "/in/a.jpg", "reason": "a program has it open"]])
    let verify = try set.tool.run("verify")
    #expect(verify.status == 1 && verify.output.contains("/out/cat/a.jpg"))
    #expect(try set.tool.run("doctor").status == 1)
    #expect(try set.tool.run("undo", "--all").status == 4)
    #expect(try set.tool.run("jobs", "follow", "1").status == 1)
  }

  // MARK: Without the daemon

  @Test("config check reads a file without the daemon and lists its problems")
  func configCheck() throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(socket: folder.path.appending("none"), folder: folder.path)
    let bad = try folder.file("bad.yaml", Array("engine: {devise: auto}\n".utf8))
    let outcome = try tool.run("config", "check", bad.string, "--json")
    #expect(outcome.status == 1)
    guard case .array(let problems)? = try outcome.objects()[0]["problems"] else {
      Issue.record("no problems")
      return
    }
    #expect(problems.first?["line"] == 1)
    let good = try folder.file("winnow.yaml", Array("engine: {device: auto}\n".utf8))
    #expect(try tool.run("config", "check", good.string).status == 0)
    #expect(try tool.run("config", "check").status == 0)
    #expect(try tool.run("config", "check", "/nonexistent").status == 1)
    let shown = try tool.run("config", "show", "--json")
    #expect(shown.status == 0)
    #expect(shown.output.contains("\"key\":\"engine.device\""))
  }

  @Test("completions for each shell name the verbs", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(socket: folder.path.appending("none"), folder: folder.path)
    let outcome = try tool.run("completions", shell)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("rescan") && outcome.output.contains("promote"))
  }

  @Test("help is for the asking, with the exit status of success")
  func help() throws {
    let folder = try TemporaryFolder()
    let tool = CommandLineTool(socket: folder.path.appending("none"), folder: folder.path)
    let outcome = try tool.run("help", "undo")
    #expect(outcome.status == 0 && outcome.output.contains("winnowctl undo") && outcome.messages.isEmpty)
    #expect(try tool.run("--version").output == ProductVersion.current + "\n")
  }

  @Test("control characters from outside do not reach the terminal")
  func hostileText() throws {
    let set = try Set { call, _ in
      guard case .history(_, let stream) = call else { return false }
      var row = Sample.history
      row.file = "/in/\u{1B}[31mred\u{202E}.jpg"
      row.from = row.file
      row.reason = "bell\u{7}"
      stream.emit(row)
      stream.finish()
      return true
    }
    let outcome = try set.tool.run("history")
    #expect(
      !outcome.output.contains("\u{1B}") && !outcome.output.contains("\u{7}") && !outcome.output.contains("\u{202E}"))
    #expect(outcome.output.contains("\\x1b[31mred\\xe2\\x80\\xae.jpg"))
  }
}
