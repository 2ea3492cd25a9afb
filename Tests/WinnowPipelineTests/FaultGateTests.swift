import Testing

@testable import WinnowPipeline

@Suite("The gate before an output at fault")
struct FaultGateTests {
  private let start = ContinuousClock.now

  @Test("lets everything through while nothing is wrong")
  func open() {
    var gate = FaultGate()
    let room = gate.room(at: start)
    #expect(gate.isOpen && room == .max && gate.nextAttempt == nil)
  }

  @Test("lets nothing through for a while after a fault, then one picture")
  func probing() {
    var gate = FaultGate()
    gate.fault(at: start)
    #expect(!gate.isOpen)
    #expect(gate.nextAttempt == start + FaultGate.firstPause)
    let early = gate.room(at: start + FaultGate.firstPause - .milliseconds(1))
    let due = gate.room(at: start + FaultGate.firstPause)
    // Still one: that picture is on its way.
    let late = gate.room(at: start + .seconds(100))
    #expect([early, due, late] == [0, 1, 1])
    #expect(gate.nextAttempt == nil)
  }

  @Test("counts the faults of pictures that were on their way as one")
  func together() {
    var gate = FaultGate()
    for _ in 0..<64 { gate.fault(at: start) }
    #expect(gate.nextAttempt == start + FaultGate.firstPause)
  }

  @Test("waits longer after each try that fails, a minute at most")
  func longer() {
    var gate = FaultGate()
    var now = start
    var pauses: [Duration] = []
    for _ in 0..<7 {
      gate.fault(at: now)
      guard let next = gate.nextAttempt else { break }
      pauses.append(next - now)
      now = next
      let room = gate.room(at: now)
      #expect(room == 1)
    }
    #expect(pauses == [2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
  }

  @Test("opens with the first picture that arrives, and forgets how long it waited")
  func success() {
    var gate = FaultGate()
    for step in 0..<3 {
      gate.fault(at: start + .seconds(step * 100))
      _ = gate.room(at: start + .seconds(step * 100 + 90))
    }
    gate.success()
    let room = gate.room(at: start)
    #expect(gate.isOpen && room == .max)
    gate.fault(at: start)
    #expect(gate.nextAttempt == start + FaultGate.firstPause)
  }
}
