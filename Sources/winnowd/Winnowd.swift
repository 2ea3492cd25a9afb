import ArgumentParser
import Dispatch
import Glibc
import SystemPackage
import WinnowConfig
import WinnowCore
import WinnowDaemon

/// Keeps folders of pictures sorted.
@main
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

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let environment = Self.environment(["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"])
    do {
      let daemon = try Daemon(
        StandardPaths.Options(
          configuration: config.map { FilePath($0) }, stateDirectory: stateDirectory.map { FilePath($0) },
          socket: socket.map { FilePath($0) }), environment: environment)
      let signals = Signals(daemon)
      try daemon.start()
      withExtendedLifetime(signals) { dispatchMain() }
    } catch {
      FileDescriptor.standardError.say("winnowd: \(error)\n")
      throw ExitCode(1)
    }
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
