import FoundationEssentials
import Glibc
import Testing

/// A daemon with folders of its own, driven as a person would: by files and by winnowctl. It ends with its owner.
final class Winnow {
  /// What winnowctl said.
  struct Answer {
    var status: Int32
    var output: [UInt8]
    var errors: String
    var text: String { String(decoding: output, as: UTF8.self) }

    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
      try JSONDecoder().decode(type, from: Data(output))
    }

    /// One value a line.
    func lines<Value: Decodable>(_ type: Value.Type = Value.self) throws -> [Value] {
      try output.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(type, from: Data($0)) }
    }
  }

  private let temporary: TemporaryFolder
  private let keys: [String]
  private let engine: String
  private let top: [String]
  private(set) var daemon: Program?
  private var mounts: [TemporaryMount] = []
  private var shares: [UserFileSystem] = []
  private let isTogether: Bool
  private var answers = 0

  /// Makes folders and configuration, and a library that holds the demonstration model; starts nothing.
  ///
  /// - Parameters:
  ///   - keys: further lines of the inbox, such as `duplicates: leave`.
  ///   - engine: further keys of the engine, such as `idle_exit: 1s`.
  ///   - top: further lines of the configuration, such as `http: {listen: 127.0.0.1:0}`.
  ///   - together: whether inbox and output lie in the folder `together`, for something to be mounted there.
  ///   - hasModel: false for an empty library.
  init(
    _ keys: [String] = [], settle: String = "300ms", engine: String = "", top: [String] = [], together: Bool = false,
    hasModel: Bool = true
  ) throws {
    isTogether = together
    temporary = try TemporaryFolder()
    self.keys = keys + ["settle: " + settle]
    self.engine = engine
    self.top = top
    for folder in [folder] + (together ? [self.together] : []) + [inbox, output] { try Files.makeFolder(folder) }
    try writeConfiguration()
    if hasModel { try DemonstrationModel.imported.get().install(into: state) }
  }

  /// First what uses the folders, then what is mounted on them, then they themselves.
  deinit {
    try? crash()
    mounts.removeAll()
    shares.removeAll()
  }

  var folder: String { temporary.path + "/w" }
  /// Holds `folder` and nothing else.
  var parent: String { temporary.path }
  var together: String { folder + "/together" }
  var inbox: String { (isTogether ? together : folder) + "/in" }
  var output: String { (isTogether ? together : folder) + "/out" }
  var state: String { folder + "/state" }
  var configuration: String { folder + "/winnow.yaml" }
  var socket: String { folder + "/control.sock" }
  private var logFile: String { folder + "/winnowd.log" }

  /// What the daemons wrote, for a test that fails.
  var log: String { Files.text(logFile) }

  func writeConfiguration(_ lines: [String]? = nil) throws {
    let usual =
      top + ["engine: {threads: 1\(engine.isEmpty ? "" : ", " + engine)}", "inboxes:", "  camera:"]
      + (["path: \(inbox)", "output: \(output)", "model: colours"] + keys).map { "    " + $0 }
    try Files.write(Array(((lines ?? usual).joined(separator: "\n") + "\n").utf8), to: configuration)
  }

  /// Mounts a tmpfs on one of the folders.
  func mount(on path: String, size: String = "64m") throws -> TemporaryMount {
    let mount = try TemporaryMount(at: path, size: size)
    mounts.append(mount)
    return mount
  }

  /// Puts a file system in user space on one of the folders.
  func share(_ kind: UserFileSystem.Kind, on path: String) throws -> UserFileSystem {
    let share = try UserFileSystem(kind, at: path, keeping: folder + "/share-\(shares.count)")
    shares.append(share)
    return share
  }

  // MARK: - The daemon

  /// Starts the daemon and waits until it says that it is ready.
  ///
  /// - Parameter wrapper: a program and its arguments that run the daemon, such as strace.
  func start(under wrapper: [String] = [], environment: [String: String] = [:]) throws {
    let ready = try ReadySocket(at: folder + "/ready.sock")
    let daemon = try launch(
      under: wrapper, environment: environment.merging(["NOTIFY_SOCKET": ready.path]) { given, _ in given })
    try Deadline(seconds: 60).wait(for: "READY=1; the daemon said: \(log)", pause: 1) {
      guard daemon.isRunning else { throw Program.Failure(description: "the daemon ended: \(log)") }
      return try ready.isReady(milliseconds: 20)
    }
  }

  /// Starts the daemon and waits for nothing.
  @discardableResult
  func launch(under wrapper: [String] = [], environment: [String: String] = [:]) throws -> Program {
    let command =
      wrapper + [Programs.daemon, "--config", configuration, "--state-dir", state, "--socket", socket, "--foreground"]
    let program = try Program(
      command[0], Array(command.dropFirst()), environment: environment.merging(["HOME": folder]) { given, _ in given },
      output: logFile, errors: logFile)
    daemon = program
    return program
  }

  var pid: pid_t { daemon?.pid ?? 0 }

  func children(_ name: String) -> [RunningProcess] { RunningProcess.all(named: name, below: pid) }

  /// SIGKILL, as a crash would; to strace too where the daemon runs under it.
  func crash() throws {
    let traced = children("winnowd")
    daemon?.killGroup()
    _ = try daemon?.wait(seconds: 20)
    // strace may end before what it traced has.
    try Deadline(seconds: 20).wait(for: "the end of the daemon", pause: 2) { !traced.contains { $0.isRunning } }
    daemon = nil
  }

  /// SIGTERM, as systemd would; the daemon has to end well.
  func stop() throws {
    daemon?.send(SIGTERM)
    let status = try daemon?.wait(seconds: 30)
    #expect(status == 0, "\(log)")
    daemon = nil
  }

  // MARK: - winnowctl

  @discardableResult
  func control(
    _ arguments: String..., under wrapper: [String] = [], program: String = Programs.control, seconds: Double = 120
  ) throws -> Answer {
    try control(arguments: arguments, under: wrapper, program: program, seconds: seconds)
  }

  @discardableResult
  func control(
    arguments: [String], under wrapper: [String] = [], program: String = Programs.control, seconds: Double = 120
  ) throws -> Answer {
    answers += 1
    let out = folder + "/answer-\(answers)"
    let errors = out + ".errors"
    let command = wrapper + [program, "--socket", socket, "--json"] + arguments
    let running = try Program(
      command[0], Array(command.dropFirst()), environment: ["HOME": folder], output: out, errors: errors)
    let status = try running.wait(seconds: seconds)
    defer {
      unlink(out)
      unlink(errors)
    }
    return Answer(status: status, output: try Files.read(out), errors: Files.text(errors))
  }

  /// Kills the daemon while it does what is asked, starts it again, and waits until it has come to rest.
  func kill(while arguments: String..., after milliseconds: Int) throws {
    let asking = try Program(
      Programs.control, ["--socket", socket] + arguments, environment: ["HOME": folder], output: folder + "/killed.out",
      errors: folder + "/killed.err")
    // The moment of the kill is the point.
    Deadline.pause(milliseconds: milliseconds)
    try crash()
    _ = try asking.wait(seconds: 30)
    try start()
    try waitUntilIdle()
  }

  func status() throws -> StatusReply { try control("status").decode() }

  func counts() throws -> StatusReply.Counts {
    try status().inboxes.first { $0.name == "camera" }?.counts ?? StatusReply.Counts()
  }

  /// Waits until nothing is left that can go on by itself.
  func waitUntilIdle(seconds: Int = 90) throws {
    let answer = try control("wait", "--idle", "--timeout", "\(seconds)", seconds: Double(seconds) + 30)
    guard answer.status == 0 else {
      throw Program.Failure(
        description: "wait ended with \(answer.status): \(String(decoding: answer.output, as: UTF8.self))"
          + "\(answer.errors)\nthe daemon said: \(log)")
    }
  }

  func waitForCondition(_ code: String, holds: Bool = true, seconds: Double = 30) throws {
    try Deadline(seconds: seconds).wait(for: "the condition \(code) to \(holds ? "hold" : "pass"): \(log)", pause: 100)
    {
      try status().holds(code) == holds
    }
  }

  /// Waits for a file to be there, or to be gone.
  func waitForFile(_ path: String, exists: Bool = true, seconds: Double = 60) throws {
    try Deadline(seconds: seconds).wait(for: "\(path) to \(exists ? "appear" : "go"): \(log)") {
      Files.exists(path) == exists
    }
  }

  func history(_ arguments: String...) throws -> [HistoryRow] {
    let answer =
      switch arguments.count {
      case 0: try control("history")
      case 1: try control("history", arguments[0])
      default: try control("history", arguments[0], arguments[1])
      }
    return try answer.lines()
  }

  /// Hashes everything again: nothing may have changed or be missing.
  func expectVerified(checked: Int, _ location: SourceLocation = #_sourceLocation) throws {
    let answer = try control("verify")
    #expect(answer.status == 0, "\(String(decoding: answer.output, as: UTF8.self))", sourceLocation: location)
    #expect(try answer.decode(VerifyReply.self).checked == checked, sourceLocation: location)
  }

  // MARK: - Pictures

  func put(_ bytes: [UInt8], _ name: String) throws { try Files.write(bytes, to: inbox + "/" + name) }
}
