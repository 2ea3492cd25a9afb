import ArgumentParser
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the daemon's figures in Prometheus' text format.",
    discussion: "With --json too: the format is Prometheus' own.")

  @OptionGroup var options: GlobalOptions

  func run() throws { _ = try options.client().download(.metrics, to: .standardOutput) }
}
