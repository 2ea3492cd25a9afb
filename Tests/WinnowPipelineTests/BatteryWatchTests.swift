import Testing
import WinnowCore

@testable import WinnowPipeline

@Suite("Looking at the power supplies")
struct BatteryWatchTests {
  private let start = ContinuousClock.now

  @Test("while there is work it looks every half minute at most, and on battery once a minute for what waits")
  func looks() {
    var watch = BatteryWatch()
    var looks = 0
    func look(_ second: Int64, _ source: PowerSource) {
      watch.look(at: start + .seconds(second)) {
        looks += 1
        return source
      }
    }
    look(0, .mains)
    #expect(looks == 1 && !watch.isOnBattery && watch.nextLook == nil)
    look(29, .battery)
    #expect(looks == 1 && !watch.isOnBattery)
    look(30, .battery)
    #expect(looks == 2 && watch.isOnBattery)
    #expect(watch.nextLook == start + .seconds(90))
    look(90, .battery)
    #expect(looks == 3 && watch.nextLook == start + .seconds(150))
    look(150, .mains)
    #expect(looks == 4 && !watch.isOnBattery && watch.nextLook == nil)
  }
}
