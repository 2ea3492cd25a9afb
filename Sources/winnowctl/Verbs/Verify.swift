import ArgumentParser
import WinnowControlAPI

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read all sorted pictures and hold them against the ledger.",
    discussion: "Exits with 1 and names the files that changed or are missing.")

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let reply = try options.show(.verify, as: VerifyReply.self)
    try Finished.check(reply.changed.isEmpty && reply.missing.isEmpty ? .done : .failed)
  }
}
