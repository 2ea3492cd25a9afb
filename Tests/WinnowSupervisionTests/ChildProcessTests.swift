import Dispatch
import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowCore

@testable import WinnowSupervision

@Suite("A child process")
struct ChildProcessTests {
  let queue = DispatchQueue(label: "test")

  private func shell(_ script: String) -> ChildCommand {
    ChildCommand(
      executable: "/bin/sh", arguments: ["-c", CommandArgument(script)], environment: ["PATH": "/bin:/usr/bin"])
  }

  /// Runs `command` to its end, with its standard output read in full.
  private func run(_ command: ChildCommand) throws -> (exit: ChildExit?, output: String) {
    var command = command
    let pipe = Pipe()
    command.standardOutput = .descriptor(pipe.fileHandleForWriting.fileDescriptor)
    let exit = try start(command)
    try pipe.fileHandleForWriting.close()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    return (exit.wait(), String(decoding: output, as: UTF8.self))
  }

  private func start(
    _ command: ChildCommand, then body: @escaping (ChildProcess) -> Void = { _ in }
  ) throws -> Awaited<ChildExit> {
    let exit = Awaited<ChildExit>()
    try queue.sync {
      let child = try ChildProcess(command, on: queue) { exit.fulfil($0) }
      body(child)
    }
    return exit
  }

  @Test("its exit code and the signal that ended it are told apart")
  func exits() throws {
    #expect(try start(shell("exit 0")).wait() == .exited(0))
    #expect(try start(shell("exit 37")).wait() == .exited(37))
    #expect(try start(shell("kill -SEGV $$")).wait() == .signalled(SIGSEGV))
  }

  @Test("it gets the arguments, byte for byte, and no environment but its own")
  func argumentsAndEnvironment() throws {
    var command = ChildCommand(
      executable: "/bin/sh", arguments: ["-c", "printf '%s|' \"$@\"; /usr/bin/env", "sh", "a b", ""],
      environment: ["ONLY": "this"])
    command.arguments.append(CommandArgument(bytes: [0x66, 0xC3, 0x28, 0x0A]))
    let pipe = Pipe()
    command.standardOutput = .descriptor(pipe.fileHandleForWriting.fileDescriptor)
    let exit = try start(command)
    try pipe.fileHandleForWriting.close()
    let output = try #require(try pipe.fileHandleForReading.readToEnd())
    #expect(exit.wait() == .exited(0))
    #expect(Array(output).starts(with: Array("a b||f".utf8) + [0xC3, 0x28, 0x0A, 0x7C]))
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.contains("ONLY=this"))
    #expect(!text.contains("HOME="))
  }

  @Test("it has the standard streams, the descriptors placed, and no others")
  func descriptors() throws {
    let pipe = Pipe()
    let leaked = dup(pipe.fileHandleForReading.fileDescriptor)
    defer { close(leaked) }
    _ = fcntl(leaked, F_SETFD, 0)
    var command = shell("ls -m /proc/self/fd; readlink /proc/self/fd/0")
    command.descriptors = [3: pipe.fileHandleForReading.fileDescriptor, 7: pipe.fileHandleForReading.fileDescriptor]
    let (exit, output) = try run(command)
    #expect(exit == .exited(0))
    // The last of them is ls's own, on the folder.
    #expect(output == "0, 1, 2, 3, 4, 7\n/dev/null\n")
  }

  @Test("descriptors change places without loss")
  func swappedDescriptors() throws {
    // Whatever numbers these get, asking for each other's is the hard case.
    let one = Pipe()
    let other = Pipe()
    let first = one.fileHandleForReading.fileDescriptor
    let second = other.fileHandleForReading.fileDescriptor
    try one.fileHandleForWriting.write(contentsOf: Data("one\n".utf8))
    try other.fileHandleForWriting.write(contentsOf: Data("other\n".utf8))
    var command = shell("read a <&\(first); read b <&\(second); echo $a $b")
    command.executable = "/bin/bash"
    command.descriptors = [first: second, second: first]
    #expect(try run(command).output == "other one\n")
  }

  @Test("it starts with default signal handlers and an empty mask")
  func signals() throws {
    let before = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, before) }
    let (_, output) = try run(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status"))
    let sets = output.split(separator: "\n").compactMap { UInt64($0.dropFirst("SigBlk:\t".count), radix: 16) }
    // Signals 32 and 33 are the C library's own, which it lets nobody change.
    let internalSignals: UInt64 = 3 << 31
    try #require(sets.count == 2)
    #expect(sets[0] == 0)
    #expect(sets[1] & ~internalSignals == 0)
  }

  @Test("a program that is not there is named, with a remedy")
  func missing() throws {
    #expect {
      try queue.sync { _ = try ChildProcess(ChildCommand(executable: "/no/such/program"), on: queue) { _ in } }
    } throws: { error in
      guard let error = error as? WinnowError else { return false }
      return error.code == .startFailed && error.message.contains("/no/such/program") && error.remedy != nil
    }
  }

  @Test("an argument with a NUL byte is refused")
  func nulByte() throws {
    let command = ChildCommand(executable: "/bin/true", arguments: [CommandArgument(bytes: [65, 0, 66])])
    #expect(throws: WinnowError.self) { try queue.sync { _ = try ChildProcess(command, on: queue) { _ in } } }
  }

  @Test("stopping goes through its steps and ends in KILL")
  func terminates() throws {
    // The script says when its trap is set, so that no signal comes too early.
    let pipe = Pipe()
    var command = shell("trap 'echo asked >&3' TERM; echo set >&3; while :; do read line <&4; done")
    let silent = Pipe()
    command.descriptors = [
      3: pipe.fileHandleForWriting.fileDescriptor, 4: silent.fileHandleForReading.fileDescriptor,
    ]
    let children = Awaited<Int32>()
    let exit = Awaited<ChildExit>()
    let child = try queue.sync {
      let child = try ChildProcess(command, on: queue) { exit.fulfil($0) }
      children.fulfil(child.pid)
      return Unchecked(child)
    }
    try pipe.fileHandleForWriting.close()
    #expect(pipe.fileHandleForReading.availableData == Data("set\n".utf8))
    queue.sync { child.value.terminate([.terminate(allowing: .milliseconds(50))]) }
    #expect(exit.wait() == .signalled(SIGKILL))
    #expect(queue.sync { child.value.exit } == .signalled(SIGKILL))
    // Reaped: the number is free.
    #expect(kill(try #require(children.wait()), 0) == -1)
    queue.sync { child.value.terminate() }
    try silent.fileHandleForWriting.close()
  }

  @Test("stopping a group leader ends its children too")
  func terminatesGroup() throws {
    let pipe = Pipe()
    var command = shell("/bin/sh -c 'echo ready; exec sleep 1000' & wait")
    command.ownProcessGroup = true
    command.standardOutput = .descriptor(pipe.fileHandleForWriting.fileDescriptor)
    let exit = Awaited<ChildExit>()
    let child = try queue.sync { Unchecked(try ChildProcess(command, on: queue) { exit.fulfil($0) }) }
    try pipe.fileHandleForWriting.close()
    #expect(pipe.fileHandleForReading.availableData == Data("ready\n".utf8))
    queue.sync { child.value.terminate() }
    #expect(exit.wait() == .signalled(SIGKILL))
    // End-of-file comes when the grandchild, too, has let go of the pipe.
    #expect(try pipe.fileHandleForReading.readToEnd() ?? Data() == Data())
  }

  @Test("two hundred children at once are each reaped once, and no descriptor is left")
  func many() throws {
    let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    let exits = try (0..<200).map { number in (number, try start(shell("exit \(number % 100)"))) }
    for (number, exit) in exits { #expect(exit.wait() == .exited(Int32(number % 100))) }
    queue.sync {}
    let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    // Other tests run beside this one and hold a few.
    #expect(after < before + 100)
  }
}
