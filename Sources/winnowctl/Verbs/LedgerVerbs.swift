import ArgumentParser
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowConfig
import WinnowCore

/// Which state folder is meant, for what is done without the daemon.
struct StateFolderOption: ParsableArguments {
  @Option(
    name: .customLong("state-dir"),
    help: ArgumentHelp("The daemon's state folder. [$WINNOW_STATE_DIR]", valueName: "dir"))
  var stateFolder: FileArgument?

  func path() throws(WinnowError) -> FilePath {
    try StandardPaths(StandardPaths.Options(stateDirectory: stateFolder?.absolute)).stateDirectory
  }
}

struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the ledger into one file, also while pictures are being sorted.",
    discussion: """
      The file is an SQLite database with the history of all pictures, what people said of them, and the inboxes of \
      `winnowctl inbox add`. Pictures, models and winnow.yaml are not in it. `winnowctl restore FILE` puts it back.

      EXAMPLES:
        winnowctl backup /media/usb/winnow-2026-03-01.sqlite
        sqlite3 winnow-2026-03-01.sqlite 'PRAGMA integrity_check'
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var state: StateFolderOption

  @Argument(help: "The file to write.")
  var file: FileArgument

  @Flag(help: "Replace the file if it is there.")
  var force = false

  func run() throws {
    let target = file.absolute
    guard force || target.withPlatformString({ access($0, F_OK) }) != 0 else {
      throw WinnowError(
        .alreadyExists, "\(target.escaped) is there already", remedy: "name another file, or add --force")
    }
    let client = try options.client()
    let isLocal = options.local || !client.isAnswered
    let bytes = try WholeFile.write(target, replaces: force, mode: 0o600) { descriptor in
      if isLocal {
        try DaemonProgram(stateFolder: state.path()).run("backup", input: nil, output: descriptor)
        return try descriptor.seek(offset: 0, from: .end)
      }
      return try client.download(.backup, to: descriptor)
    }
    try options.output.show(BackupReply(file: target, bytes: bytes))
  }
}

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a backup of the ledger back, while winnowd is stopped.",
    discussion: """
      The present ledger is kept beside it. No picture is touched. At its next start winnowd compares the ledger with the \
      folders and takes up what was sorted since the backup.

      EXAMPLES:
        systemctl stop winnowd
        winnowctl restore /media/usb/winnow-2026-03-01.sqlite
        systemctl start winnowd
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var state: StateFolderOption

  @Argument(help: "A file that `winnowctl backup` wrote, or one of the state folder's backups.")
  var file: FileArgument

  func run() throws {
    let backup = try ReadableFile(file.absolute)
    try options.output.show(DaemonProgram(stateFolder: state.path()).ask("restore", input: backup.descriptor))
  }
}

struct Rebuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a new ledger of what can be read of the present one, while winnowd is stopped.",
    discussion: """
      winnowd does this by itself when it finds its ledger damaged or gone. The old file is kept beside the new one. No \
      picture is touched. At its next start winnowd takes up the pictures in the output folders that the ledger does not \
      have.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var state: StateFolderOption

  @Flag(help: "Take up every picture in the output folders, also those that were there before Winnow.")
  var all = false

  func run() throws {
    try options.output.show(DaemonProgram(stateFolder: state.path()).ask(all ? "rebuild-all" : "rebuild", input: nil))
  }
}

extension BackupReply: Viewable {
  func describe(in view: inout View) { view.line("\(file.escaped): \(bytes) bytes", .good) }
}

extension LedgerCareReply: Viewable {
  func describe(in view: inout View) {
    view.line(text, isComplete ? .good : .warning)
    view.pairs([("pictures", Cell(pictures)), ("history", Cell(rows))])
    if let kept { view.pairs([("kept", Cell(kept))]) }
    if !inboxes.isEmpty { view.pairs([("inboxes", Cell(inboxes.joined(separator: ", ")))]) }
  }
}
