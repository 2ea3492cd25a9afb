import ArgumentParser
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Wait: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Wait until the daemon has done all it can.",
    discussion: """
      Scans every inbox first, so that each file that is there now counts. What waits for a fault, a pause or an open \
      writer is not done: after --timeout the exit status is 1 and such files are listed.
      """)

  @OptionGroup var options: GlobalOptions

  @Flag(help: "Wait until nothing is left that can go on by itself.")
  var idle = false

  @Option(help: ArgumentHelp("Give up after so many seconds.", valueName: "seconds"))
  var timeout: SpanArgument?

  func validate() throws {
    guard idle else { throw ValidationError("Say what to wait for: --idle.") }
  }

  func run() throws {
    let client = try options.client()
    let meter = WaitMeter(client)
    defer { meter.stop() }
    let reply: WaitReply = try client.call(.wait, body: .json(WaitRequest(timeout: timeout?.seconds)))
    meter.stop()
    try options.output.show(reply)
    try Finished.check(reply.idle ? .done : .failed)
  }
}
