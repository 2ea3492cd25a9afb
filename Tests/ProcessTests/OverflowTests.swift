import Glibc
import Testing

extension ProcessTests {
  @Suite struct OverflowTests {
    /// Lowers the length of the event queues that are made from now on, and puts it back with its owner.
    private final class ShortEventQueues {
      private static let setting = "/proc/sys/fs/inotify/max_queued_events"
      private let before: [UInt8]

      init(_ limit: Int) throws {
        before = try Files.read(Self.setting)
        try Files.write(Array("\(limit)\n".utf8), to: Self.setting)
      }

      deinit { try? Files.write(before, to: Self.setting) }
    }

    @Test(
      "of 3,000 pictures that arrive at once while the kernel's queue holds 100 events, none is missed",
      .enabled(if: Machine.canLimitEventQueue, "lowering max_queued_events needs root"))
    func overflow() throws {
      let winnow = try Winnow()
      let limit = try ShortEventQueues(100)
      try winnow.start()
      withExtendedLifetime(limit) {}
      let total = 3000
      for number in 0..<total {
        let folder = "folder-\(number / 100)"
        if number % 100 == 0 { try Files.makeFolder(winnow.inbox + "/" + folder) }
        try winnow.put(Picture.png(Picture.Colour.allCases[number % 5], number, side: 8), "\(folder)/\(number).png")
      }
      try winnow.waitUntilIdle(seconds: 120)
      let tree = Tree(winnow.inbox, winnow.output)
      #expect(tree.paths(under: winnow.inbox) == [])
      #expect(tree.contents.count == total)
      #expect(try winnow.counts() == .counted(sorted: total))
    }
  }
}
