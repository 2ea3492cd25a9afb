import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  @Suite struct SwapTests {
    static let delays = [
      ["renameat2:delay_enter=4000"], ["renameat2:delay_exit=4000"],
      ["renameat2:error=EINVAL", "linkat:delay_enter=4000", "unlinkat:delay_enter=4000"],
    ]

    @Test("files that are swapped for others as they are moved lose no byte")
    func swapping() throws { try swap(in: Winnow(settle: "100ms"), seed: 7, rounds: 800) }

    @Test(
      "the same holds where the moment between the last look and the move is held open",
      .enabled(if: Machine.hasStrace, "it needs strace, and the right to trace"), arguments: delays)
    func swappingInTheGap(_ delay: [String]) throws {
      let strace = Machine.strace(injecting: delay, output: "/dev/null")
      try swap(in: Winnow(settle: "100ms"), seed: 8, rounds: 400, under: strace)
    }

    @Test(
      "the same holds while they are copied to another file system",
      .enabled(if: Machine.hasStrace && Machine.canMount, "it needs strace, and root to mount a tmpfs"))
    func swappingAcrossFileSystems() throws {
      let winnow = try Winnow(settle: "100ms")
      _ = try winnow.mount(on: winnow.output)
      let strace = Machine.strace(
        injecting: ["renameat2,unlinkat,copy_file_range:delay_enter=4000"], output: "/dev/null")
      try swap(in: winnow, seed: 9, rounds: 400, under: strace)
    }

    /// Swaps files in the inbox for others while the daemon sorts it.
    private func swap(in winnow: Winnow, seed: UInt64, rounds: Int, under wrapper: [String] = []) throws {
      let stage = winnow.folder + "/stage"
      try Files.makeFolder(stage)
      var random = SeededGenerator(seed: seed)
      var pictures: [[UInt8]: Int] = [:]
      var outside: [String] = []
      for number in 0..<200 {
        let picture = Picture.png(Picture.Colour.allCases[number % 5], number, side: 8)
        pictures[picture] = 1
        outside.append(stage + "/\(number)")
        try Files.write(picture, to: stage + "/\(number)")
      }
      try winnow.start(under: wrapper)
      for round in 0..<rounds {
        let name = winnow.inbox + "/\(Int.random(in: 0..<30, using: &random)).png"
        // Away with what lies there, if anything does …
        let taken = stage + "/taken-\(round)"
        if rename(name, taken) == 0 { outside.append(taken) }
        // … and another one under its name. link never replaces, so the intruder itself loses nothing either.
        if !outside.isEmpty {
          let index = Int.random(in: outside.indices, using: &random)
          if link(outside[index], name) == 0 {
            try Files.remove(outside[index])
            outside.remove(at: index)
          }
        }
        Deadline.pause(milliseconds: 3)
      }
      for (number, path) in outside.enumerated() { try Files.rename(path, to: winnow.inbox + "/rest-\(number).png") }
      try winnow.waitUntilIdle()
      let tree = Tree(winnow.inbox, winnow.output, stage)
      #expect(tree.contents == pictures, "seed \(seed): \(winnow.log)")
      #expect(tree.paths(under: winnow.inbox) == [])
      #expect(try winnow.counts() == .counted(sorted: pictures.count))
      try winnow.expectVerified(checked: pictures.count)
    }

    @Test("pictures that are written to, cut short or replaced by a link as they are moved are never lost")
    func tampering() throws {
      let winnow = try Winnow(["incomplete_after: 1s"])
      try winnow.start()
      var random = SeededGenerator(seed: 11)
      let outside = winnow.folder + "/outside.png"
      let secret = Picture.png(.grey, 9999)
      try Files.write(secret, to: outside)
      var written: [String: [UInt8]] = [:]
      for number in 0..<150 {
        let path = winnow.inbox + "/\(number).png"
        let picture = Picture.png(Picture.Colour.allCases[number % 5], number)
        try Files.write(picture, to: path)
        written["\(number).png"] = picture
        let victim = Int.random(in: max(0, number - 40)...number, using: &random)
        let name = "\(victim).png"
        let place = winnow.inbox + "/" + name
        switch number % 3 {
        case 0: change(place) { ftruncate($0, 100) }
        case 1: change(place) { write($0, "more", 4) }
        default:
          if rename(place, winnow.folder + "/moved-\(name)") == 0 { _ = symlink(outside, place) }
        }
        Deadline.pause(milliseconds: 10)
      }
      try winnow.waitUntilIdle()
      #expect(try Files.read(outside) == secret)
      let tree = Tree(winnow.inbox, winnow.output)
      #expect(tree.contents[secret] == nil, "no link was followed")
      // Whatever its bytes are by now, each name that was not moved away by the intruder is there once.
      for name in written.keys {
        let here = tree.files.keys.filter { $0.hasSuffix("/" + name) }.count
        #expect(here == 1, "\(name): \(winnow.log)")
      }
      #expect(try winnow.status().state == "ready")
    }

    /// Writes to what bears a name now, whatever else happens to it, without following a link of ours.
    private func change<Answer>(_ path: String, _ body: (Int32) -> Answer) {
      let file = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
      guard file >= 0 else { return }
      _ = body(file)
      close(file)
    }
  }
}
