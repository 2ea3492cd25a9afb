import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore
import WinnowGraph
import WinnowTestSupport

@testable import WinnowImport

@Suite("The program winnow-lab", .enabled(if: Surroundings.lab != nil && Surroundings.worker != nil))
struct LabProgramTests {
  /// A running winnow-lab.
  private struct Lab {
    let process = Process()
    let input = Pipe()
    let output = Pipe()

    init(_ arguments: [String] = []) throws {
      process.executableURL = URL(fileURLWithPath: try #require(Surroundings.lab).string)
      process.arguments = arguments
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      // Ours alone are the other ends.
      try input.fileHandleForReading.close()
      try output.fileHandleForWriting.close()
    }

    func send(_ request: LabRequest) throws {
      try input.fileHandleForWriting.write(contentsOf: try Wire.encode(request) + [UInt8(ascii: "\n")])
    }

    /// Everything up to its end.
    func records<Result: Codable & Sendable>(_: Result.Type) throws -> [LabRecord<Result>] {
      let text = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return try text.split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(LabRecord<Result>.self, from: Data($0))
      }
    }
  }

  private let folder: TemporaryFolder
  private var library: FilePath { folder.path.appending("models") }

  init() throws {
    folder = try TemporaryFolder()
    try DemonstrationModel.write(to: folder.path)
  }

  private var importRequest: LabRequest {
    LabRequest(
      verb: .import, library: library, settings: DemonstrationColours.request(),
      onnx: folder.path.appending("colours.onnx"))
  }

  private func ask<Result: Codable & Sendable>(_ request: LabRequest, _: Result.Type) throws -> Result {
    let lab = try Lab()
    try lab.send(request)
    let last = try #require(try lab.records(Result.self).last)
    if let error = last.error { throw ErrorReply(error).asError }
    #expect(lab.process.terminationStatus == 0)
    return try #require(last.result)
  }

  @Test("imports with progress from 0 to 1, fills the cache beside the library, and answers about the model")
  func wholeLife() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path.appending("cache").string, withIntermediateDirectories: false)
    let lab = try Lab()
    try lab.send(importRequest)
    let records = try lab.records(ModelChangeReply.self)
    #expect(records.compactMap(\.progress).first == 0)
    #expect(records.compactMap(\.progress).last == 1)
    #expect(records.last?.result?.current == true)
    #expect(lab.process.terminationStatus == 0)
    #expect(folder.contents(of: "cache").contains { $0.hasPrefix("colours@1") })

    func request(_ verb: LabRequest.Verb, output: FilePath? = nil) -> LabRequest {
      LabRequest(verb: verb, library: library, model: "colours", output: output)
    }
    #expect(try ask(request(.list), ModelListReply.self).models.map(\.name) == ["colours"])
    #expect(try ask(request(.show), ModelDetails.self).classes == DemonstrationModel.labels)
    let flops = try ask(request(.flops), ModelFlopsReply.self)
    #expect(flops.parameters == (try DemonstrationModel.graph().parameterCount))
    #expect(try ask(request(.summary), ModelSummaryReply.self).macs == flops.macs)
    let target = folder.path.appending("out.onnx")
    #expect(try ask(request(.export, output: target), ModelExportReply.self).file == target)
    #expect(try ask(request(.promote), ModelChangeReply.self).current)
    #expect(throws: WinnowError.self) { try ask(request(.rollback), ModelChangeReply.self) }
    #expect(try ask(request(.remove), ModelChangeReply.self).current == false)
    #expect(folder.contents(of: "models").filter { $0.hasSuffix("model.onnx") }.isEmpty)
  }

  @Test("the end of its input ends an import, which leaves nothing")
  func cancelled() throws {
    // A worker that tells that it runs and never ends stands beside a copy of the program.
    let beside = folder.path.appending("programs")
    try FileManager.default.createDirectory(atPath: beside.string, withIntermediateDirectories: false)
    let copy = beside.appending("winnow-lab")
    try FileManager.default.copyItem(atPath: try #require(Surroundings.lab).string, toPath: copy.string)
    let pipe = folder.path.appending("pipe")
    #expect(pipe.withPlatformString { mkfifo($0, 0o600) } == 0)
    let worker = try folder.file(
      "programs/winnow-worker", "#!/bin/sh\necho $$ > \(pipe.string)\nwhile :; do /bin/sleep 1; done\n")
    #expect(worker.withPlatformString { chmod($0, 0o755) } == 0)

    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: copy.string)
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try output.fileHandleForWriting.close()
    try input.fileHandleForWriting.write(contentsOf: try Wire.encode(importRequest) + [UInt8(ascii: "\n")])
    #expect(FileHandle(forReadingAtPath: pipe.string)?.readDataToEndOfFile().isEmpty == false)
    try input.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(String(decoding: text, as: UTF8.self).contains("job_cancelled"))
    #expect(folder.contents(of: "models").filter { $0 != ".lock" }.isEmpty)
  }

  @Test("an error is a record with its remedy, and exit 1")
  func failure() throws {
    let lab = try Lab()
    var request = importRequest
    request.settings?.labels.removeLast()
    try lab.send(request)
    let error = try #require(try lab.records(ModelChangeReply.self).last?.error)
    #expect(error.code == "label_mismatch")
    #expect(error.message.contains("9 labels") && error.message.contains("10 values"))
    #expect(error.remedy != nil)
    #expect(lab.process.terminationStatus == 1)
  }

  @Test("a request that lacks what its verb needs is malformed", arguments: LabRequest.Verb.allCases)
  func incomplete(verb: LabRequest.Verb) throws {
    guard verb != .list else { return }
    let lab = try Lab()
    try lab.send(LabRequest(verb: verb, library: library))
    let error = try #require(try lab.records(ModelListReply.self).last?.error)
    #expect(error.code == "malformed")
    #expect(error.message.contains(verb.rawValue))
  }

  @Test("an import with pictures makes a version in int8, judged by the folders whose names are labels")
  func importWithPictures() throws {
    let data = folder.path.appending("data")
    // b's pictures lie deeper, and the last hundred in a folder that is no label.
    for (index, picture) in QuantisationBench.pictures(430).enumerated() {
      let place = index < 330 ? ["a", "b/deeper", "c"][index % 3] : "other"
      let path = data.appending("\(place)/\(index).png")
      try FileManager.default.createDirectory(
        atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
      try Data(picture).write(to: URL(filePath: path.string))
    }
    let onnx = try folder.file("small.onnx", try QuantisationBench.graph(.sound).onnxBytes())
    let settings = ModelImportRequest(name: "small", labels: SmallNetwork.classes, data: data)
    let reply = try ask(
      LabRequest(verb: .import, library: library, settings: settings, onnx: onnx), ModelChangeReply.self)
    #expect(reply.version == 1 && !reply.current)
    let int8 = try #require(reply.int8)
    #expect(int8.version == 2 && int8.current, "\(int8.reason)")
    #expect(int8.calibrated == 86 && int8.comparison?.pictures == 344)
    let labelled = try #require(int8.comparison?.labelled)
    #expect((230...290).contains(labelled) && int8.comparison?.fullAccuracy == 1)

    let again = try ask(
      LabRequest(verb: .quantize, library: library, model: "small@1", quantize: QuantizeRequest(data: data)),
      QuantizeReply.self)
    #expect(again.version == 3 && !again.current)
    let none = #expect(throws: WinnowError.self) {
      try ask(
        LabRequest(verb: .quantize, library: library, model: "small", quantize: QuantizeRequest()), QuantizeReply.self)
    }
    #expect(none?.code == .invalidInput && none?.remedy?.contains("--data") == true)
  }

  @Test("an import whose pictures are too few is an import all the same, and says why int8 does not serve")
  func importWithFewPictures() throws {
    let data = folder.path.appending("data")
    try FileManager.default.createDirectory(atPath: data.string, withIntermediateDirectories: true)
    var request = importRequest
    request.settings?.data = data
    let reply = try ask(request, ModelChangeReply.self)
    #expect(reply.version == 1 && reply.current)
    #expect(reply.int8?.version == nil && reply.int8?.reason.contains("0 pictures") == true)
    request.settings?.data = folder.path.appending("gone")
    let second = try ask(request, ModelChangeReply.self)
    #expect(second.version == 2 && second.int8 == nil)
    #expect(second.warnings.contains { $0.contains("full precision") && $0.contains("gone") })
  }

  @Test("what is no request is malformed")
  func noRequest() throws {
    for text in ["nonsense\n", "{}\n", "{\"verb\":\"list\"", ""] {
      let lab = try Lab()
      try lab.input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
      try lab.input.fileHandleForWriting.close()
      #expect(try lab.records(ModelListReply.self).last?.error?.code == "malformed")
      #expect(lab.process.terminationStatus == 1)
    }
  }

  @Test("wrong arguments are exit 2, and the demonstration is written")
  func arguments() throws {
    let wrong = try Lab(["--nonsense"])
    wrong.process.waitUntilExit()
    #expect(wrong.process.terminationStatus == 2)
    let demonstration = try Lab(["--demonstration-model", folder.path.appending("demo").string])
    demonstration.process.waitUntilExit()
    #expect(demonstration.process.terminationStatus == 0)
    #expect(folder.contents(of: "demo") == ["colours.onnx", "colours.txt"])
  }
}
