import ArgumentParser
import WinnowConfig
import WinnowControlAPI
import WinnowCore

struct InboxVerbs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inbox", abstract: "Add, list and remove inboxes.", subcommands: [Add.self, List.self, Remove.self],
    defaultSubcommand: List.self)

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Watch a folder from now on.",
      discussion: """
        The daemon keeps the inbox in its state folder; nothing is restarted. Only root and the daemon's own user may.

        EXAMPLE:
          winnowctl inbox add /srv/camera/inbox --name camera --output /srv/camera/sorted --model flowers
        """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The folder to watch.")
    var path: FileArgument

    @Option(help: "A name for it.")
    var name: String

    @Option(help: "The folder that gets the class folders.")
    var output: FileArgument

    @Option(help: ArgumentHelp("NAME, or NAME@VERSION to pin it.", valueName: "model"))
    var model: String

    @Option(help: "Least probability for a class folder, such as 0.80; less goes to review.")
    var threshold: String?

    func validate() throws {
      guard let threshold else { return }
      guard let value = Double(threshold), (0...1).contains(value) || value.isNaN else {
        guard threshold.hasPrefix("auto(") else { throw ValidationError("--threshold is a number from 0 to 1.") }
        return
      }
    }

    func run() throws {
      let request = InboxAddRequest(
        name: name, path: path.absolute, output: output.absolute, model: model, threshold: threshold)
      try options.show(.inboxAdd, sending: request, as: InboxEntry.self)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the inboxes.")

    @OptionGroup var options: GlobalOptions

    func run() throws { try options.show(.inboxList, as: InboxListReply.self) }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Watch a folder no longer. Its files stay where they are.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The inbox's name.")
    var name: String

    func run() throws { try options.show(.inboxRemove, parameter: name, as: InboxRemoveReply.self) }
  }
}
