import ArgumentParser
import WinnowControlAPI
import WinnowCore

/// The option of verbs that begin jobs.
struct Detaching: ParsableArguments {
  @Flag(help: "Print the job and return at once.")
  var detach = false

  static let withoutDaemon = WinnowError(
    .unreachable, "there is no daemon to leave the job to", remedy: "leave out --detach, or start winnowd")
}
