import Foundation
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore

@Suite("What hooks are told")
struct HookEventTests {
  private func event(_ file: FilePath) -> HookEvent {
    HookEvent(
      id: 17,
      row: HistoryRow(
        file: file, from: "/in/a.jpg", to: file, outcome: .sorted, reason: "daisy at 0.93", class: "daisy",
        probability: 0.93, model: "flowers@3", time: Sample.time, inbox: "camera", row: 17, picture: 4))
  }

  @Test("is one object with id, schema, event and the fields of the history")
  func fields() throws {
    let json = try Wire.decode(JSONValue.self, from: try Wire.encode(event("/out/daisy/a.jpg")))
    #expect(json["id"] == 17)
    #expect(json["schema"] == 1)
    #expect(json["event"] == "sorted")
    #expect(json["file"] == "/out/daisy/a.jpg")
    #expect(json["from"] == "/in/a.jpg")
    #expect(json["class"] == "daisy")
    #expect(json["inbox"] == "camera")
    #expect(json["model"] == "flowers@3")
  }

  @Test("a name that is no UTF-8 is whole in Base64 beside it, and comes back")
  func bytes() throws {
    let event = event(FilePath(bytes: [0x2F, 0x61, 0xFF]))
    let bytes = try Wire.encode(event)
    #expect(try Wire.decode(JSONValue.self, from: bytes)["file_base64"] == "L2H/")
    #expect(try Wire.decode(HookEvent.self, from: bytes) == event)
  }
}
