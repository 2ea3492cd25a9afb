import Foundation
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore
import WinnowSupervision

@testable import WinnowHooks

@Suite("A hook's program")
struct HookProgramTests {
  private static let row = HistoryRow(
    file: FilePath(String(decoding: [0x2F, 0x61], as: UTF8.self)), from: "/in/a.jpg", to: "/a", outcome: .sorted,
    reason: "daisy at 0.93", class: "daisy", probability: 0.93, model: "flowers@3", time: Timestamp(seconds: 1),
    inbox: "camera")

  private func event(_ row: HistoryRow = Self.row) throws -> DeliveryRequest.Event {
    let body = try Wire.encode(HookEvent(id: 7, row: row))
    return .init(id: 7, lane: 0, body: String(decoding: body, as: UTF8.self))
  }

  private func run(
    _ script: String, _ row: HistoryRow = Self.row, limit: Duration = .seconds(30),
    cancellation: Cancellation = Cancellation()
  ) throws -> DeliveryReport.Failure? {
    try HookProgram(
      executable: "/bin/sh", arguments: ["-c", script, "notify", "two words"], cancellation: cancellation, limit: limit
    ).deliver(event(row))
  }

  @Test("it gets the event on standard input, also under that name, its fields as variables, and its own arguments")
  func given() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    let path = file.path(percentEncoded: false)
    let failure = try run(
      "{ cat; cat /dev/stdin; echo \"$WINNOW_ID $WINNOW_EVENT $WINNOW_CLASS $WINNOW_FILE $WINNOW_INBOX $1\"; } > '\(path)'"
    )
    #expect(failure == nil)
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(lines.count >= 2)
    #expect(lines.first == (try event().body))
    #expect(lines.last == "7 sorted daisy /a camera two words")
  }

  @Test("a path that is no UTF-8 arrives with its own bytes")
  func bytes() throws {
    var row = Self.row
    row.file = FilePath(bytes: [0x2F, 0x61, 0xFF])
    #expect(try HookProgram.variables(of: event(row))["WINNOW_FILE"] == [0x2F, 0x61, 0xFF])
  }

  @Test("its exit code and last words tell why it did not take the event")
  func refused() throws {
    let failure = try #require(try run("echo one; echo 'no room' >&2; exit 3"))
    #expect(failure.fault == .refused)
    #expect(failure.message.contains("exit code 3"))
    #expect(failure.said == "no room")
  }

  @Test("one that prints without end is as good as any other, and what it leaves behind is not waited for")
  func chatty() throws {
    #expect(try run("head -c 20000000 /dev/zero; sleep 100 & exit 0") == nil)
  }

  @Test("one that hangs is killed with all that it started")
  func hanging() throws {
    let failure = try #require(try run("trap '' TERM; sleep 1000 & sleep 1000", limit: .milliseconds(300)))
    #expect(failure.fault == .refused)
    #expect(failure.message.contains("had not ended"))
  }

  @Test("one that hangs ends with the daemon that wants it no more")
  func cancelled() throws {
    let cancellation = Cancellation()
    cancellation.request()
    #expect(try run("sleep 1000", cancellation: cancellation)?.fault == .refused)
  }

  @Test("one that is missing is no event's fault")
  func missing() throws {
    let program = HookProgram(executable: "/nowhere/notify", arguments: [], cancellation: Cancellation())
    let failure = try #require(program.deliver(try event()))
    #expect(failure.fault == .unreachable)
    #expect(failure.message.contains("/nowhere/notify"))
  }
}
