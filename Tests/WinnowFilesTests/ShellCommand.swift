import Foundation

/// A command of the shell in a process of its own.
final class ShellCommand {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  /// Starts `script`; `arguments` are its $1, $2 …
  init(_ script: String, _ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "sh"] + arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { if process.isRunning { process.terminate() } }

  /// Waits for the next line or piece of output, empty at the end.
  func readOutput() -> String { String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) }

  /// Ends its input, and waits until it has ended.
  @discardableResult
  func finish() -> Int32 {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Whether a program can be run.
  static func has(_ program: String) -> Bool {
    guard let command = try? ShellCommand("command -v \"$1\"", [program]) else { return false }
    return command.finish() == 0
  }
}
