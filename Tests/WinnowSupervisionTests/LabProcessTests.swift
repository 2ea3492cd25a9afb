import Dispatch
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowCore

@testable import WinnowSupervision

@Suite("A job program")
struct LabProcessTests {
  let queue = DispatchQueue(label: "lab")

  private final class Run: Sendable {
    let progress = Mutex<[String]>([])
    let first = Awaited<Bool>()
    let end = Awaited<Result<[UInt8], WinnowError>>()
  }

  private func start(
    _ script: String, spec: [UInt8] = Array("{}".utf8), descriptors: [Int32: Int32] = [:]
  ) throws -> (Run, Unchecked<LabProcess>) {
    let run = Run()
    let job = LabProcess.Job(
      executable: "/bin/sh", arguments: ["-c", CommandArgument(script)], environment: ["PATH": "/bin:/usr/bin"],
      spec: spec, descriptors: descriptors)
    let process = try queue.sync {
      Unchecked(
        try LabProcess(
          job, on: queue,
          onProgress: { fraction, text in
            run.progress.withLock { $0.append("\(fraction.map { "\($0)" } ?? "-") \(text ?? "-")") }
            run.first.fulfil(true)
          },
          onEnd: { run.end.fulfil($0) }))
    }
    return (run, process)
  }

  private struct Echo: Decodable, Equatable {
    let words: [String]
  }

  @Test("the spec goes in, progress and the result come out")
  func succeeds() throws {
    let (run, _) = try start(
      #"read -r spec; echo '{"progress":0.25,"text":"half way"}'; echo '{"text":"on"}'; echo '{"progress":7}'; echo "{\"result\":$spec}""#,
      spec: Array("{\n\"words\":\n[\"a\",\"b\"]}".utf8))
    let line = try #require(try run.end.wait()?.get())
    #expect(try LabRecord.decodeResult(Echo.self, from: line) == Echo(words: ["a", "b"]))
    #expect(run.progress.withLock { $0 } == ["0.25 half way", "- on", "1.0 -"])
  }

  @Test("a spec larger than any buffer goes in whole")
  func largeSpec() throws {
    let spec = Array("[\(Array(repeating: "\"abcdefghij\"", count: 200_000).joined(separator: ","))]".utf8)
    let (run, _) = try start(#"echo "{\"result\":$(head -n 1 | wc -c)}""#, spec: spec)
    let line = try #require(try run.end.wait()?.get())
    #expect(try LabRecord.decodeResult(Int.self, from: line) == spec.count + 1)
  }

  @Test("a descriptor handed over is where it was asked for")
  func descriptors() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("42\n".utf8))
    let (run, _) = try start(
      #"read -r number <&3; echo "{\"result\":$number}""#,
      descriptors: [3: pipe.fileHandleForReading.fileDescriptor])
    #expect(try LabRecord.decodeResult(Int.self, from: try #require(try run.end.wait()?.get())) == 42)
  }

  @Test("an error that the program reports is the outcome, whatever its exit code", arguments: [0, 1])
  func reportsError(code: Int) throws {
    let (run, _) = try start(
      #"echo '{"error":{"code":"bad_labels","message":"5 labels for 4 classes","remedy":"mend it"}}'; exit \#(code)"#)
    #expect(
      run.end.wait()
        == .failure(WinnowError(.init("bad_labels"), "5 labels for 4 classes", remedy: "mend it")))
  }

  @Test(
    "an end without a result is a failure, and so is a result before a crash",
    arguments: ["exit 0", "exit 3", "kill -SEGV $$", #"echo '{"result":1}'; kill -SEGV $$"#])
  func endsWithoutResult(script: String) throws {
    let (run, _) = try start(script)
    guard case .failure(let error)? = run.end.wait() else {
      Issue.record("no failure")
      return
    }
    #expect(error.code == .jobFailed)
    #expect(error.cause != nil)
  }

  @Test(
    "a line that is no record ends the job",
    arguments: ["hello", "{}", "[1]", #"{"progress":"much"}"#, #"{"result":"#, #"{"error":"text"}"#])
  func malformed(line: String) throws {
    let (run, _) = try start("echo '\(line)'; read -r spec; read -r never")
    guard case .failure(let error)? = run.end.wait() else {
      Issue.record("no failure")
      return
    }
    #expect(error.code == .malformed)
  }

  @Test("a job that is cancelled sees end-of-file and ends by itself")
  func cancelsGently() throws {
    let (run, process) = try start(#"echo '{"progress":0}'; cat > /dev/null; exit 0"#)
    #expect(run.first.wait() == true)
    queue.sync { process.value.cancel() }
    #expect(run.end.wait() == .failure(WinnowError(.jobCancelled, "the job was cancelled")))
  }

  @Test("a result that was there before the cancellation counts")
  func cancelledTooLate() throws {
    let (run, process) = try start(#"echo '{"result":5}'; echo '{"progress":1}'; cat > /dev/null; exit 0"#)
    #expect(run.first.wait() == true)
    queue.sync { process.value.cancel() }
    #expect(try LabRecord.decodeResult(Int.self, from: try #require(try run.end.wait()?.get())) == 5)
  }

  @Test("a program that is missing is an error at once")
  func missing() throws {
    let job = LabProcess.Job(executable: "/no/winnow-lab", spec: [])
    #expect(throws: WinnowError.self) {
      try queue.sync { _ = try LabProcess(job, on: queue, onProgress: { _, _ in }, onEnd: { _ in }) }
    }
  }
}
