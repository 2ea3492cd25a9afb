import ArgumentParser
import WinnowControlAPI
import WinnowCore

/// Which moves an undo or a redo is about.
struct MoveSelection: ParsableArguments {
  @Argument(help: "Pictures, by any path they ever had.")
  var files: [FileArgument] = []

  @Option(help: ArgumentHelp("All moves of this run.", valueName: "run"))
  var run: String?

  @Option(help: ArgumentHelp("All moves from this time on: 2026-03-01T09:30:00Z, or 2h.", valueName: "time"))
  var since: TimeArgument?

  @Flag(help: "All moves.")
  var all = false

  @Flag(help: "Show what would be done, and do nothing.")
  var dryRun = false

  /// `nil` where nothing is selected.
  ///
  /// - Throws: where more than one kind is.
  func selection() throws -> UndoRequest.Selection? {
    var selections: [UndoRequest.Selection] = []
    if !files.isEmpty { selections.append(.files(files.map(\.absolute))) }
    if let run { selections.append(.run(run)) }
    if let since { selections.append(.since(since.time)) }
    if all { selections.append(.all) }
    guard selections.count <= 1 else { throw ValidationError("Give files, --run, --since or --all, only one of them.") }
    return selections.first
  }
}

struct Undo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take moves back.",
    discussion: """
      A picture that was taken back is left alone until it changes, or redo, or rescan --again. What was edited, moved \
      or replaced since is refused, with the reason, and the exit status is 4.

      EXAMPLES:
        winnowctl undo /srv/camera/sorted/cat/IMG_0042.JPG
        winnowctl undo --since 30min --dry-run
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var moves: MoveSelection

  func validate() throws {
    guard try moves.selection() != nil else {
      throw ValidationError("Say what to undo: files, --run, --since or --all.")
    }
  }

  func run() throws {
    guard let selection = try moves.selection() else { return }
    let reply = try options.show(
      .undo, sending: UndoRequest(selection, dryRun: moves.dryRun), as: UndoReply.self)
    try Finished.check(reply.refused.isEmpty ? .done : .partly)
  }
}

struct Redo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Repeat moves that were taken back; without a selection those of the last undo.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var moves: MoveSelection

  func validate() throws { _ = try moves.selection() }

  func run() throws {
    let selection = try moves.selection() ?? .last
    let reply = try options.show(
      .redo, sending: UndoRequest(selection, dryRun: moves.dryRun), as: UndoReply.self)
    try Finished.check(reply.refused.isEmpty ? .done : .partly)
  }
}
