import FoundationEssentials
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore

@Suite("JSON on the wire")
struct WireTests {
  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try Wire.encode(value), as: UTF8.self)
  }

  private func object(_ value: some Encodable) throws -> JSONValue {
    try Wire.decode(JSONValue.self, from: Wire.encode(value))
  }

  private func returns<Value: Codable & Equatable>(_ value: Value) throws -> Bool {
    try Wire.decode(Value.self, from: Wire.encode(value)) == value
  }

  @Test("every object carries the schema number, on one line, with sorted keys and plain slashes")
  func envelope() throws {
    #expect(try text(WaitReply(idle: true)) == #"{"idle":true,"more":0,"schema":1,"waiting":[]}"#)
    #expect(try text(FileReason(file: "/a/b", reason: "x\ny")) == #"{"file":"/a/b","reason":"x\ny","schema":1}"#)
  }

  @Test("a name that is UTF-8 is itself, even with control characters")
  func textName() throws {
    let reason = FileReason(file: "/a/\u{1}é\\", reason: "")
    #expect(try text(reason) == #"{"file":"/a/\u0001é\\","reason":"","schema":1}"#)
  }

  @Test("a name that is not UTF-8 is shown escaped, with its bytes in Base64")
  func rawName() throws {
    let file = FilePath(bytes: Array("/a/".utf8) + [0xFF, 0x41])
    let object = try object(FileReason(file: file, reason: ""))
    #expect(object["file"] == .string(#"/a/\xffA"#))
    #expect(object["file_base64"] == .string(Data(file.bytes).base64EncodedString()))
    #expect(try returns(FileReason(file: file, reason: "")))
  }

  @Test("lists of names keep their bytes too")
  func rawNames() throws {
    let reply = VerifyReply(checked: 3, changed: ["/plain", FilePath(bytes: [0x2F, 0xC0])], missing: ["/gone"])
    let object = try object(reply)
    #expect(object["changed"] == ["/plain", #"/\xc0"#])
    #expect(object["changed_base64"] == [.string(Data("/plain".utf8).base64EncodedString()), "L8A="])
    #expect(object["missing_base64"] == nil)
    #expect(try returns(reply))
  }

  @Test(
    "a path with a NUL or broken Base64 is refused",
    arguments: [#"{"file":"/a\u0000b","reason":""}"#, #"{"file":"x","file_base64":"%","reason":""}"#])
  func hostilePath(json: String) {
    #expect(throws: WinnowError.self) { try Wire.decode(FileReason.self, from: Data(json.utf8)) }
  }

  @Test("an error names the field")
  func namedField() {
    let error = #expect(throws: WinnowError.self) {
      try Wire.decode(InboxAddRequest.self, from: Data(#"{"name":"n","path":"/p","output":"/o"}"#.utf8))
    }
    #expect(error?.message == #""model" is missing"#)
  }

  @Test("a number that JSON cannot say is an error, not a crash")
  func notFinite() {
    #expect(throws: WinnowError.self) {
      try Wire.encode(Sample.classified("/a", logits: false).with(probability: .nan))
    }
  }

  @Test("every kind of selection for an undo returns as it was")
  func selections() throws {
    let selections: [UndoRequest.Selection] = [
      .files(["/a", FilePath(bytes: [0x2F, 0xFE])]), .run("9"), .since(Sample.time), .all, .last,
    ]
    for selection in selections { #expect(try returns(UndoRequest(selection, dryRun: true))) }
    #expect(throws: WinnowError.self) {
      try Wire.decode(UndoRequest.self, from: Data(#"{"all":true,"last":true}"#.utf8))
    }
    #expect(throws: WinnowError.self) { try Wire.decode(UndoRequest.self, from: Data("{}".utf8)) }
  }

  @Test("what replies and requests hold returns as it was")
  func roundTrips() throws {
    #expect(try returns(Sample.status))
    #expect(try returns(Sample.event))
    #expect(try returns(Sample.history))
    #expect(try returns(Sample.inbox))
    #expect(try returns(Sample.details))
    #expect(try returns(Sample.job("sort", spec: ["a": [1, 2.5, true, .null, "x"]])))
    #expect(try returns(Sample.classified("/a", logits: true)))
    #expect(try returns(SortRequest(folder: "/a", output: "/b", model: "m", dryRun: true)))
    #expect(try returns(InboxAddRequest(name: "n", path: "/a", output: "/b", model: "m", threshold: "0.8")))
    #expect(
      try returns(ModelImportRequest(name: "n", labels: ["a"], mean: [0, 0, 0], std: [1, 1, 1], resize: 8, crop: 8)))
    #expect(try returns(ModelImportRequest(name: "n", labels: ["a"], data: FilePath(bytes: [0x2F, 0xFE]))))
    #expect(try returns(LabRequest(verb: .quantize, library: "/m", model: "n", quantize: .init(data: "/d"))))
    #expect(try returns(QuantizeRequest()))
    #expect(try returns(ModelImportRequest(name: "n", labels: [], architecture: "resnet18")))
    var training = TrainRequest(
      folder: FilePath(bytes: [0x2F, 0xFE]), name: "n", method: "head", backbone: "m@1", architecture: "resnet18",
      seed: 3, testShare: 0.2, promote: "if-better")
    (training.epochs, training.batch, training.side, training.rate) = (7, 16, 160, 1e-4)
    (training.precision, training.threads) = ("bf16", 3)
    #expect(
      try returns(LabRequest(verb: .train, library: "/m", train: training, limits: JobLimits(nice: 15, memory: 1))))
    #expect(try returns(TrainRequest(folder: "/d", name: "n")))
    #expect(try returns(Sample.trained))
    #expect(try returns(Sample.evaluated))
    #expect(
      try returns(
        LabRequest(verb: .evaluate, library: "/m", model: "n", evaluate: .init(folder: "/d", output: "/r"))))
    #expect(try returns(Sample.quantized))
    #expect(try returns(LabRequest(verb: .import, library: "/m", settings: .init(name: "n", labels: []), onnx: "/x")))
    #expect(try returns(ReviewReply(placed: [.init(file: "/a", to: "/b", class: "c")])))
  }

  @Test("status has the fields that scripts read")
  func statusFields() throws {
    let status = try object(Sample.status)
    #expect(status["state"] == "degraded")
    #expect(status["started"] == "2026-03-01T09:30:00.250Z")
    guard case .array(let inboxes)? = status["inboxes"], case .array(let conditions)? = status["conditions"] else {
      Issue.record("no lists")
      return
    }
    #expect(
      inboxes[0]["counts"]
        == ["seen": 27, "settling": 1, "sorted": 20, "review": 3, "quarantined": 1, "left": 2, "failed": 0])
    #expect(inboxes[0]["source"] == "inotify")
    #expect(conditions[0]["code"] == "disk_full" && conditions[0]["text"] != nil && conditions[0]["remedy"] != nil)
    #expect(status["worker"]?["device"] == "cpu" && status["worker"]?["restarts"] == 1)
    #expect(status["models"] != nil && status["memory"]?["rss"] != nil)
  }

  @Test("history and classify have the fields that scripts read")
  func rowFields() throws {
    let row = try object(Sample.history)
    for field in ["file", "from", "to", "outcome", "reason", "class", "probability", "model", "time", "sha256", "run"] {
      #expect(row[field] != nil, "\(field)")
    }
    let classified = try object(Sample.classified("/a.jpg", logits: true))
    #expect(classified["logits"] == [1.5, -0.25])
    guard case .array(let top)? = classified["top"] else {
      Issue.record("no top")
      return
    }
    #expect(top.count == 5)
    #expect(top[0] == ["class": "cat", "probability": 0.2])
  }
}

extension ClassifyReply {
  fileprivate func with(probability: Double) -> ClassifyReply {
    var copy = self
    copy.probability = probability
    return copy
  }
}
