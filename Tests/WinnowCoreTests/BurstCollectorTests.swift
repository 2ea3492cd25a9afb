import SystemPackage
import Testing
import WinnowCore

@Suite("bursts")
struct BurstCollectorTests {
  private typealias Collector = BurstCollector<Int>

  private let start = ContinuousClock.now
  private let wait: Duration = .seconds(5)

  private func collector(gap: Duration = .seconds(2), longest: Int = 64, capacity: Int = 1024) -> Collector {
    Collector(rules: .init(gap: gap, wait: wait, longest: longest, capacity: capacity))
  }

  private func source(_ camera: String = "Canon EOS R5", folder: String = "/in", version: Int = 1) -> Collector.Source {
    Collector.Source(
      folder: FilePath(folder), camera: camera, model: ModelVersion(name: "flowers", version: version))
  }

  private func taken(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64(seconds * 1e9)) }

  /// The bursts that come of capture times in seconds, in the order they arrive, each as the numbers of its pictures.
  private func bursts(of times: [Double], _ collector: Collector) -> Set<[Int]> {
    var collector = collector
    var found: [[Int]] = []
    for (number, time) in times.enumerated() {
      found += collector.add(number, of: source(), taken: taken(time), at: start)
    }
    found += collector.takeRipe(at: start + wait, isQuiet: true)
    #expect(collector.isEmpty && collector.nextDeadline(isQuiet: true) == nil)
    return Set(found.map { $0.sorted() })
  }

  @Test(
    "pictures that follow each other by less than the gap belong together, in whatever order they come",
    arguments: [
      ([0, 1, 2], [[0, 1, 2]]),
      ([0, 1.9, 3.8, 10], [[0, 1, 2], [3]]),
      ([0, 2], [[0], [1]]),
      ([0, 0, 0], [[0, 1, 2]]),
      ([10, 3.8, 0, 1.9], [[0], [1, 2, 3]]),
      // The third closes the gap between the first two.
      ([0, 3, 1.5], [[0, 1, 2]]),
      ([0, 1.999_999_999, 100], [[0, 1], [2]]),
    ] as [([Double], [[Int]])])
  func gaps(times: [Double], expected: [[Int]]) {
    #expect(bursts(of: times, collector()) == Set(expected))
  }

  @Test("another camera, another folder or another version of the model is another burst")
  func sources() {
    var collector = collector()
    let sources = [source(), source("Nikon Z9"), source(folder: "/in/b"), source(version: 2)]
    for (number, source) in sources.enumerated() {
      #expect(collector.add(number, of: source, taken: taken(0), at: start).isEmpty)
    }
    #expect(Set(collector.takeRipe(at: start + wait, isQuiet: true)) == [[0], [1], [2], [3]])
  }

  @Test("a burst waits from its last picture on, and where others are on their way for six times as long at most")
  func deadlines() {
    var collector = collector()
    _ = collector.add(0, of: source(), taken: taken(0), at: start)
    #expect(collector.nextDeadline(isQuiet: true) == start + wait)
    #expect(collector.nextDeadline(isQuiet: false) == start + wait * 6)
    _ = collector.add(1, of: source(), taken: taken(1), at: start + .seconds(3))
    #expect(collector.takeRipe(at: start + wait, isQuiet: true).isEmpty)
    #expect(collector.nextDeadline(isQuiet: true) == start + .seconds(8))
    #expect(collector.takeRipe(at: start + .seconds(29), isQuiet: false).isEmpty)
    #expect(collector.takeRipe(at: start + .seconds(30), isQuiet: false) == [[0, 1]])
    // Members that come one after the other do not keep it open for ever.
    for number in 0..<20 {
      _ = collector.add(number, of: source(), taken: taken(Double(number)), at: start + .seconds(4 * number))
      if number < 7 { #expect(collector.takeRipe(at: start + .seconds(4 * number), isQuiet: true).isEmpty) }
    }
    #expect(collector.takeRipe(at: start + .seconds(30), isQuiet: true).first?.count == 20)
  }

  @Test("a burst that is full is decided about at once, and what follows is another")
  func longest() {
    #expect(bursts(of: [0, 1, 2, 3, 4], collector(longest: 3)) == [[0, 1, 2], [3, 4]])
    // Two that would be too many together stay apart.
    #expect(bursts(of: [0, 1, 4, 5, 2.5], collector(longest: 4)) == [[0, 1, 4], [2, 3]])
  }

  @Test("where too many wait, the burst that waits for longest is decided about")
  func capacity() {
    var collector = collector(capacity: 3)
    for number in 0..<3 {
      let found = collector.add(
        number, of: source(), taken: taken(Double(100 * number)), at: start + .seconds(number))
      #expect(found.isEmpty)
    }
    #expect(collector.add(3, of: source(), taken: taken(900), at: start + .seconds(3)) == [[0]])
    #expect(collector.count == 3)
  }

  @Test("times at the ends of the range do no harm")
  func ends() {
    var collector = collector()
    _ = collector.add(0, of: source(), taken: Timestamp(nanoseconds: .min), at: start)
    _ = collector.add(1, of: source(), taken: Timestamp(nanoseconds: .max), at: start)
    #expect(collector.takeRipe(at: start + wait, isQuiet: true).count == 2)
  }
}
