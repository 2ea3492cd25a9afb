import Testing
import WinnowCore

@Suite("Conditions")
struct HealthBoardTests {
  private static let time = Timestamp(seconds: 1)

  private static func condition(
    _ code: HealthCondition.Code, _ subject: String, degrades: Bool = true, text: String = "x"
  )
    -> HealthCondition
  {
    HealthCondition(code, subject: subject, text, remedy: "do it", degrades: degrades)
  }

  @Test("a condition is news once, and again when its text changes")
  func news() {
    var board = HealthBoard()
    #expect(board.raise(Self.condition(.outputFault, "/a"), at: Self.time) == true)
    #expect(board.raise(Self.condition(.outputFault, "/a"), at: Timestamp(seconds: 9)) == false)
    #expect(board.raise(Self.condition(.outputFault, "/b"), at: Self.time) == true)
    #expect(board.raise(Self.condition(.outputFault, "/a", text: "y"), at: Timestamp(seconds: 9)) == true)
    #expect(board.conditions.map(\.since) == [Self.time, Self.time])
    #expect(board.conditions.count == 2)
  }

  @Test("a condition passes by code and subject")
  func clear() {
    var board = HealthBoard()
    _ = board.raise(Self.condition(.outputFault, "/a"), at: Self.time)
    #expect(board.clear(.outputFault, subject: "/b") == false)
    #expect(board.clear(.inboxAway, subject: "/a") == false)
    #expect(board.holds(.outputFault, subject: "/a"))
    #expect(board.clear(.outputFault, subject: "/a") == true)
    #expect(board.clear(.outputFault, subject: "/a") == false)
    #expect(board.conditions.isEmpty)
  }

  @Test("what degrades comes first, and only that degrades")
  func order() {
    var board = HealthBoard()
    _ = board.raise(Self.condition(.inboxPolled, "/z", degrades: false), at: Self.time)
    #expect(!board.isDegraded)
    _ = board.raise(Self.condition(.workerDegraded, ""), at: Self.time)
    _ = board.raise(Self.condition(.inboxAway, "/b"), at: Self.time)
    _ = board.raise(Self.condition(.inboxAway, "/a"), at: Self.time)
    #expect(board.isDegraded)
    #expect(board.conditions.map(\.code) == [.inboxAway, .inboxAway, .workerDegraded, .inboxPolled])
    #expect(board.conditions.map(\.subject).prefix(2) == ["/a", "/b"])
  }
}
