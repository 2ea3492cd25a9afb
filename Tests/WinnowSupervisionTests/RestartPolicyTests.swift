import Testing

@testable import WinnowSupervision

@Suite("The pause before a restart")
struct RestartPolicyTests {
  @Test("it doubles up to the longest, less a random share")
  func doubles() {
    var policy = RestartPolicy(seed: 3)
    var expected = Duration.milliseconds(200)
    for _ in 0..<80 {
      let delay = policy.delay(afterRunning: .zero)
      #expect(delay <= expected)
      #expect(delay >= expected * 0.75)
      expected = min(expected * 2, .seconds(60))
    }
  }

  @Test("it begins anew after a healthy while or after work done")
  func resets() {
    var policy = RestartPolicy(seed: 3)
    for _ in 0..<8 { _ = policy.delay(afterRunning: .seconds(59)) }
    #expect(policy.failures == 8)
    #expect(policy.delay(afterRunning: .seconds(60)) <= .milliseconds(200))
    for _ in 0..<8 { _ = policy.delay(afterRunning: .zero) }
    policy.reset()
    #expect(policy.delay(afterRunning: .zero) <= .milliseconds(200))
  }

  @Test("the same seed gives the same pauses, another seed others")
  func seeded() {
    func delays(_ seed: UInt64) -> [Duration] {
      var policy = RestartPolicy(seed: seed)
      return (0..<5).map { _ in policy.delay(afterRunning: .zero) }
    }
    #expect(delays(1) == delays(1))
    #expect(delays(1) != delays(2))
  }
}
