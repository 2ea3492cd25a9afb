import Glibc
import Testing

extension ProcessTests {
  @Suite struct WorkerEndsTests {
    @Test("a worker that is killed from outside again and again raises a condition and counts against no picture")
    func killedFromOutside() throws {
      let winnow = try Winnow()
      try winnow.start()
      var number = 0
      try Deadline(seconds: 60).wait(for: "the condition worker_degraded: \(winnow.log)", pause: 1) {
        // Always something to do, so that the worker is started again.
        while Files.names(in: winnow.inbox).count < 3 {
          try winnow.put(Picture.png(.red, number), "\(number).png")
          number += 1
        }
        let workers = winnow.children("winnow-worker")
        for worker in workers { worker.send(SIGKILL) }
        return try workers.isEmpty && winnow.status().holds("worker_degraded")
      }
      let status = try winnow.status()
      #expect(status.state == "degraded")
      #expect(status.worker.restarts >= 5)
      #expect(Files.names(in: winnow.inbox).count == 3, "pictures wait where they are")
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: number))
    }

    @Test(
      "a picture that, alone in flight, ends the worker twice by the worker's own fault is quarantined by name",
      .enabled(if: Machine.isRoot, "seeing which files a worker holds needs root"))
    func poison() throws {
      let winnow = try Winnow()
      try winnow.start()
      let poison = winnow.inbox + "/poison.png"
      // Large, so that the worker has it in hand for long enough to be caught with it.
      let picture = Picture.png(.red, 1, side: 1800)
      try Files.write(picture, to: poison)
      // One that was hit holds its files until it is gone.
      var hit: Set<pid_t> = []
      for death in 1...2 {
        try Deadline(seconds: 60).wait(for: "death \(death) of a worker with the picture: \(winnow.log)", pause: 0) {
          let workers = winnow.children("winnow-worker")
          guard let worker = workers.first(where: { !hit.contains($0.pid) && $0.hasOpen(poison) }) else { return false }
          hit.insert(worker.pid)
          // A sound decoder cannot be made to do this to itself; its worst would look just like it.
          worker.send(SIGSEGV)
          return true
        }
      }
      try winnow.put(Picture.png(.blue, 2), "good.png")
      try winnow.waitUntilIdle()
      let row = try #require(try winnow.history(poison).last)
      #expect(row.outcome == "quarantined", "\(row.reason)")
      #expect(!row.reason.isEmpty)
      #expect(try Files.read(winnow.output + "/_quarantine/poison.png") == picture)
      #expect(winnow.log.contains("poison.png"), "its name is logged before it is tried alone")
      #expect(try winnow.counts() == .counted(sorted: 1, quarantined: 1))
    }

    @Test("a winnow-watch that is killed is started again, and what arrived meanwhile is found")
    func watcherKilled() throws {
      let winnow = try Winnow()
      try winnow.start()
      for number in 0..<3 {
        for watcher in winnow.children("winnow-watch") { watcher.send(SIGKILL) }
        try winnow.put(Picture.png(.red, number), "\(number).png")
        try winnow.waitForFile(winnow.output + "/red/\(number).png")
      }
      #expect(winnow.daemon?.isRunning == true)
    }
  }
}
