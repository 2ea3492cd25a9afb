import Testing
import WinnowCore

@Suite("What becomes of a batch for a hook")
struct HookBatchTests {
  @Test("inboxes take turns in the order in which things happened, events set aside come last")
  func order() {
    var batch = HookBatch()
    batch.add([2, 5], of: "camera", isSuspect: false)
    batch.add([3, 4], of: "phone", isSuspect: false)
    batch.addAside([1])
    #expect(batch.entries.map(\.event) == [2, 3, 4, 5, 1])
    #expect(batch.entries.map(\.lane) == [0, 1, 1, 0, -1])
    #expect(batch.inbox(of: 4) == "phone")
    #expect(batch.inbox(of: 1) == nil)
  }

  @Test("an event is taken once, and only where it was given")
  func taken() {
    var batch = HookBatch()
    batch.add([2], of: "camera", isSuspect: false)
    let first = batch.took(2)
    let again = batch.took(2)
    let foreign = batch.took(9)
    #expect(first && !again && !foreign)
  }

  @Test("an event that is not taken is a failure of its inbox")
  func failed() {
    var batch = HookBatch()
    batch.add([2, 3], of: "camera", isSuspect: false)
    _ = batch.took(2)
    #expect(batch.verdict(on: 3) == .failed(inbox: "camera"))
    #expect(batch.verdict(on: 9) == .none)
  }

  @Test("a suspect is set aside where the event behind it is taken")
  func setAside() {
    var batch = HookBatch()
    batch.add([2, 3, 4], of: "camera", isSuspect: true)
    #expect(batch.entries.map(\.isProbe) == [false, true, false])
    _ = batch.took(3)
    #expect(batch.verdict(on: 2) == .setAside(inbox: "camera"))
  }

  @Test("where neither a suspect nor the event behind it is taken, the hook is at fault, once")
  func bothFail() {
    var batch = HookBatch()
    batch.add([2, 3], of: "camera", isSuspect: true)
    #expect(batch.verdict(on: 2) == .failed(inbox: "camera"))
    #expect(batch.verdict(on: 3) == .none)
  }

  @Test("where a suspect is taken after all, the one behind it is judged like any other")
  func suspectTaken() {
    var batch = HookBatch()
    batch.add([2, 3], of: "camera", isSuspect: true)
    _ = batch.took(2)
    #expect(batch.verdict(on: 3) == .failed(inbox: "camera"))
  }

  @Test("an event that stood aside and is refused once more is nobody's failure")
  func stillAside() {
    var batch = HookBatch()
    batch.addAside([1])
    #expect(batch.verdict(on: 1) == .none)
  }
}
