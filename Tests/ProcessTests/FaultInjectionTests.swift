import Glibc
import Testing

extension ProcessTests {
  @Suite struct FaultInjectionTests {
    /// What strace does to the daemon's system calls. The counts are low: all pictures may be moved in one batch, with
    /// a handful of syncs and writes.
    struct Injection: CustomTestStringConvertible {
      var testDescription: String
      /// Values of `-e inject=`.
      var rules: [String]
    }

    static let renaming = [
      Injection(testDescription: "rename fails now and then", rules: ["renameat2:error=EIO:when=2+4"]),
      Injection(testDescription: "killed at a rename", rules: ["renameat2:signal=KILL:when=7"]),
      Injection(
        testDescription: "killed at a link, where rename cannot promise not to replace",
        rules: ["renameat2:error=EINVAL", "linkat:signal=KILL:when=3"]),
      Injection(
        testDescription: "link fails now and then, where rename cannot promise not to replace",
        rules: ["renameat2:error=EINVAL", "linkat:error=EIO:when=2+3"]),
      Injection(
        testDescription: "killed at the unlink of a source",
        rules: ["renameat2:error=EINVAL", "unlinkat:signal=KILL:when=2"]),
      Injection(testDescription: "syncs fail now and then", rules: ["fsync,fdatasync:error=EIO:when=2+3"]),
      Injection(testDescription: "killed at a sync", rules: ["fsync,fdatasync:signal=KILL:when=2"]),
      Injection(
        testDescription: "the ledger's disk is full now and then", rules: ["pwrite64:error=ENOSPC:when=8+10"]),
      Injection(testDescription: "killed at a write of the ledger", rules: ["pwrite64:signal=KILL:when=8"]),
    ]

    static let copying = [
      Injection(testDescription: "killed at an unlink", rules: ["unlinkat:signal=KILL:when=3"]),
      Injection(testDescription: "killed at a sync", rules: ["fsync:signal=KILL:when=2"]),
      Injection(
        testDescription: "copying and syncing fail now and then",
        rules: ["copy_file_range,write:error=EIO:when=3+4", "fsync:error=EIO:when=2+3"]),
      Injection(
        testDescription: "the disk is full now and then, and what is left over cannot be removed",
        rules: ["copy_file_range:error=ENOSPC:when=2+5", "unlinkat:error=EIO:when=2+3"]),
    ]

    @Test(
      "whatever system call fails or is the last, every picture is in exactly one place afterwards",
      .enabled(if: Machine.hasStrace, "it needs strace, and the right to trace"), arguments: renaming)
    func whileRenaming(_ injection: Injection) throws { try sort(Winnow(), under: injection) }

    @Test(
      "the same holds while pictures are copied to another file system",
      .enabled(if: Machine.hasStrace && Machine.canMount, "it needs strace, and root to mount a tmpfs"),
      arguments: copying)
    func whileCopying(_ injection: Injection) throws {
      let winnow = try Winnow()
      _ = try winnow.mount(on: winnow.output)
      try sort(winnow, under: injection)
    }

    private func sort(_ winnow: Winnow, under injection: Injection) throws {
      let count = 30
      // The first start makes the ledger, so that the faults meet the sorting.
      try winnow.start()
      try winnow.stop()
      let trace = winnow.folder + "/trace"
      try winnow.launch(under: Machine.strace(injecting: injection.rules, output: trace))
      for number in 0..<count {
        try winnow.put(Picture.png(Picture.Colour.allCases[number % 5], number), "\(number).png")
      }
      // Until the daemon is gone, has done all, or has met faults for a while. A machine with other work takes its time
      // until the first.
      var end = ContinuousClock.now + .seconds(60)
      var hasMetFaults = false
      while winnow.daemon?.isRunning == true, ContinuousClock.now < end, !Files.names(in: winnow.inbox).isEmpty {
        Deadline.pause(milliseconds: 20)
        if !hasMetFaults, Files.text(trace).contains("INJECTED") {
          hasMetFaults = true
          end = ContinuousClock.now + .seconds(4)
        }
      }
      if injection.rules.contains(where: { $0.contains("signal=KILL") }) {
        #expect(winnow.daemon?.isRunning == false, "the call it is to be killed at never came")
      } else {
        #expect(Files.text(trace).contains("INJECTED"), "the call that is to fail never came")
      }
      try winnow.crash()

      let between = Tree(winnow.inbox, winnow.output).contents
      for number in 0..<count {
        let picture = Picture.png(Picture.Colour.allCases[number % 5], number)
        #expect((between[picture] ?? 0) >= 1, "it is whole somewhere at every instant")
      }
      try winnow.start()
      try winnow.waitUntilIdle()
      let tree = Tree(winnow.inbox, winnow.output)
      #expect(tree.contents.count == count)
      #expect(tree.contents.values.allSatisfy { $0 == 1 })
      #expect(tree.files.keys.allSatisfy { !$0.contains("/.winnow-") }, "no temporary name is left")
      #expect(tree.paths(under: winnow.inbox) == [], "\(winnow.log)")
      #expect(try winnow.counts() == .counted(sorted: count))
      try winnow.expectVerified(checked: count)
    }
  }
}
