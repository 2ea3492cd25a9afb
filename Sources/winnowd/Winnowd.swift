import ArgumentParser
import Dispatch
import Glibc
import SystemPackage
import WinnowConfig
import WinnowCore
import WinnowDaemon

@main
enum Program {
  static func main() {
    do {
      var command = try Winnowd.parseAsRoot()
      try command.run()
    } catch let invalid as InvalidConfiguration {
      FileDescriptor.standardError.say("winnowd: \(invalid)\n")
      // sysexits.h: trying again does not help, and systemd's unit does not (RestartPreventExitStatus).
      exit(EX_CONFIG)
    } catch let error as WinnowError {
      FileDescriptor.standardError.say("winnowd: \(error)\n")
      exit(1)
    } catch {
      let isWanted = Winnowd.exitCode(for: error) == .success
      let text = Winnowd.fullMessage(for: error) + "\n"
      if isWanted { FileDescriptor.standardOutput.say(text) } else { FileDescriptor.standardError.say(text) }
      exit(isWanted ? 0 : 2)
    }
  }
}

/// Keeps folders of pictures sorted.
struct Winnowd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnowd",
    abstract: "Keeps folders of pictures sorted.",
    discussion: """
      Watches inboxes, decides what each new picture shows, and moves it into a folder per class. It is steered with
      winnowctl.

      EXAMPLES
        winnowd
        winnowd --config winnow.yaml --state-dir state --socket winnow.sock

      EXIT STATUS
        0 stopped, 1 failed, 2 wrong use, 78 the configuration cannot be used
      """,
    version: Daemon.version)

  @Option(name: .long, help: "The configuration file. [$WINNOW_CONFIG]")
  var config: String?

  @Option(name: .customLong("state-dir"), help: "The folder for ledger, models and caches. [$WINNOW_STATE_DIR]")
  var stateDirectory: String?

  @Option(name: .long, help: "The control socket. [$WINNOW_SOCKET]")
  var socket: String?

  @Flag(name: .long, help: "Stay in the foreground. It always does; this is for habit's sake.")
  var foreground = false

  /// For winnowctl: does one thing with the ledger of a stopped daemon, and ends.
  @Option(
    name: .customLong("ledger"), help: .hidden,
    transform: { word in
      guard let care = LedgerCare(rawValue: word) else { throw ValidationError("--ledger does not know \(word)") }
      return care
    })
  var care: LedgerCare?

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    if let care {
      let paths = try StandardPaths(StandardPaths.Options(stateDirectory: stateDirectory.map { FilePath($0) }))
      return try care.run(stateFolder: paths.stateDirectory)
    }
    let environment = Self.environment(Daemon.variables)
    let daemon = try Daemon(
      StandardPaths.Options(
        configuration: config.map { FilePath($0) }, stateDirectory: stateDirectory.map { FilePath($0) },
        socket: socket.map { FilePath($0) }), environment: environment)
    let signals = Signals(daemon)
    try daemon.start()
    withExtendedLifetime(signals) { dispatchMain() }
  }

  private static func environment(_ names: [String]) -> [String: String] {
    var values: [String: String] = [:]
    for name in names { if let value = getenv(name) { values[name] = String(cString: value) } }
    return values
  }
}

/// SIGTERM and SIGINT stop the daemon, SIGHUP reads the configuration again.
private final class Signals {
  private var sources: [any DispatchSourceSignal] = []

  init(_ daemon: Daemon) {
    on(SIGTERM) { daemon.stop { exit(0) } }
    on(SIGINT) { daemon.stop { exit(0) } }
    on(SIGHUP) { daemon.reloadSoon() }
  }

  private func on(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .main)
    source.setEventHandler(handler: body)
    source.activate()
    sources.append(source)
  }
}

extension FileDescriptor {
  fileprivate func say(_ text: String) { _ = try? writeAll(Array(text.utf8)) }
}
