import Testing
import WinnowEvaluation

@Suite("The temperature of logits")
struct TemperatureTests {
  private static let logits: [Float] = [2, 0, -1, 0.5, 0.2, 0.1, -1, 3, 0, 0, 0, 1.5, 4, 1, 0]
  private static let labels = [0, 1, 1, 2, 1]

  /// Expected: log_loss of scikit-learn on the softmax, and the minimum that scipy's minimize_scalar(method="bounded")
  /// finds between log 0.05 and log 20.
  @Test("is the one of least log-loss")
  func fitted() {
    let plain = Temperature.logLoss(of: Self.logits, labels: Self.labels, classCount: 3)
    #expect(abs(plain - 0.970_138_728_618_621_8) < 1e-6)
    let found = Temperature.fitted(to: Self.logits, labels: Self.labels, classCount: 3)
    #expect(abs(found - 1.819_85) < 0.003)
    let loss = Temperature.logLoss(of: Self.logits, labels: Self.labels, classCount: 3, temperature: found)
    #expect(abs(loss - 0.874_032_502_2) < 1e-6)
  }

  @Test("stays within its range where all pictures are right, and is 1 without any")
  func ends() {
    let sure = Temperature.fitted(to: [0.5, 0, 0, 0.5], labels: [0, 1], classCount: 2)
    #expect(Temperature.range.contains(sure) && sure < 0.06)
    let wrong = Temperature.fitted(to: [5, 0, 0, 5], labels: [1, 0], classCount: 2)
    #expect(Temperature.range.contains(wrong) && wrong > 19)
    #expect(Temperature.fitted(to: [], labels: [], classCount: 2) == 1)
  }

  @Test("of huge logits is found without overflow")
  func huge() {
    let loss = Temperature.logLoss(of: [1e30, -1e30, 0, 0], labels: [0, 1], classCount: 2)
    #expect(loss.isFinite && loss > 0)
  }
}
