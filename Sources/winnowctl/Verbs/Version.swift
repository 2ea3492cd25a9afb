import ArgumentParser
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Version: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the versions of winnowctl and, where it answers, of the daemon.")

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let daemon: VersionReply? = try? options.client().call(.version)
    try options.output.show(VersionReport(version: ProductVersion.current, daemon: daemon?.version))
  }
}

struct VersionReport: Codable, Hashable, Sendable {
  let version: String
  /// Absent where no daemon answers.
  let daemon: String?
}
