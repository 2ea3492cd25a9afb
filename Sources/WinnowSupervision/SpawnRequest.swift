internal import CWinnowLinux
internal import Glibc
internal import SystemPackage
internal import WinnowCore

/// A `ChildCommand` in the form that the C side takes.
struct SpawnRequest {
  private let command: ChildCommand

  init(_ command: ChildCommand) { self.command = command }

  /// - Returns: the child's number and its process descriptor, both the caller's to look after.
  func run() throws(WinnowError) -> (pid: Int32, process: Int32) {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { throw .systemCall("cannot open /dev/null", status: -errno) }
    defer { _ = close(null) }
    let placements = placements(null: null)
    let arguments = try CStringList([CommandArgument(command.executable).bytes] + command.arguments.map(\.bytes))
    let environment = try CStringList(
      command.environment.map { Array("\($0)=\($1)".utf8) }
        + command.environmentBytes.map { Array("\($0)=".utf8) + $1 })

    var pid: pid_t = 0
    var process: Int32 = -1
    var step = CWINNOW_SPAWN_PREPARE
    let status = placements.withUnsafeBufferPointer { placements in
      arguments.withPointers { arguments in
        environment.withPointers { environment in
          command.executable.withPlatformString { program in
            var request = cwinnow_spawn_request(
              program: program, arguments: arguments, environment: environment, placements: placements.baseAddress!,
              placement_count: placements.count, own_group: command.ownProcessGroup ? 1 : 0)
            return cwinnow_spawn(&request, &pid, &process, &step)
          }
        }
      }
    }
    guard status == 0 else { throw failure(status, at: step) }
    return (pid, process)
  }

  /// Standard streams first, so never empty.
  private func placements(null: Int32) -> [cwinnow_placement] {
    let streams = [command.standardInput, command.standardOutput, command.standardError]
    var placements = streams.enumerated().map { number, stream in
      let source =
        switch stream {
        case .null: null
        case .inherited: Int32(number)
        case .descriptor(let descriptor): descriptor
        }
      return cwinnow_placement(source: source, target: Int32(number))
    }
    for (target, source) in command.descriptors {
      precondition(target > 2, "descriptors 0, 1 and 2 are the standard streams")
      placements.append(cwinnow_placement(source: source, target: target))
    }
    return placements
  }

  private func failure(_ status: Int32, at step: cwinnow_spawn_step) -> WinnowError {
    let cause = String(cString: strerror(-status))
    if step == CWINNOW_SPAWN_EXECUTE {
      return WinnowError(
        .startFailed, "\(command.executable) cannot be started",
        remedy: "check that it is there and may be executed, or install Winnow again", cause: cause)
    }
    return WinnowError(
      .startFailed, "the system has no room to start \(command.executable)",
      remedy: "check the limits on processes and open files", cause: cause)
  }
}

/// C strings and the NULL-terminated list of them that execve takes.
private struct CStringList: ~Copyable {
  private let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

  init(_ strings: [[UInt8]]) throws(WinnowError) {
    for string in strings where string.contains(0) {
      throw WinnowError(
        .invalidInput, "the argument \"\(String(decoding: string, as: UTF8.self))\" holds a NUL byte")
    }
    pointers = .allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() {
      let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: string.count + 1)
      _ = copy.initialize(from: string.lazy.map(CChar.init(bitPattern:)) + [0])
      pointers.initializeElement(at: index, to: copy.baseAddress)
    }
    pointers.initializeElement(at: strings.count, to: nil)
  }

  func withPointers<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    body(UnsafePointer(pointers.baseAddress!))
  }

  deinit {
    for pointer in pointers { pointer?.deallocate() }
    pointers.deallocate()
  }
}
