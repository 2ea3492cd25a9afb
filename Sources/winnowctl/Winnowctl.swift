import ArgumentParser
import Glibc
import WinnowControlAPI
import WinnowCore

/// The command line of Winnow.
struct Winnowctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnowctl",
    abstract: "See what winnowd does with your pictures, correct it, and manage its models.",
    discussion: """
      winnowctl talks to the daemon over its socket: /run/winnow/control.sock as root, \
      $XDG_RUNTIME_DIR/winnow/control.sock otherwise.

      EXAMPLES:
        winnowctl status
        winnowctl classify holiday/*.jpg
        winnowctl history /srv/camera/inbox/IMG_0042.JPG
        winnowctl undo --since 2h
        winnowctl model import flowers.onnx --labels labels.txt --name flowers
        winnowctl dataset info flowers --page flowers.html
        winnowctl train flowers --name flowers --backbone mobilenet
        winnowctl evaluate flowers pictures/test --output reports/flowers

      ENVIRONMENT:
        WINNOW_SOCKET, WINNOW_CONFIG, WINNOW_STATE_DIR, NO_COLOR

      EXIT STATUS:
        0 done, 1 failed, 2 wrong use, 3 the daemon cannot be reached,
        4 some of several failed, 5 refused by policy
      """,
    version: ProductVersion.current,
    subcommands: [
      Status.self, Metrics.self, Watch.self, Wait.self, Classify.self, Sort.self, History.self, Undo.self, Redo.self,
      Replay.self, Review.self,
      Pause.self, Resume.self, Rescan.self, Reload.self, Verify.self, Doctor.self, Backup.self, Restore.self,
      Rebuild.self, InboxVerbs.self, ConfigVerbs.self,
      ModelVerbs.self, DatasetVerbs.self, Train.self, Evaluate.self, JobVerbs.self, Web.self, Completions.self,
      Version.self,
    ])

  @OptionGroup var options: GlobalOptions
}

@main
enum Program {
  static func main() {
    // A reader that stops reading ends this program quietly, as other programs end.
    signal(SIGPIPE, SIG_DFL)
    exit(run(RawArguments.ofProcess).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    do {
      var command = try Winnowctl.parseAsRoot(arguments)
      try command.run()
      return .done
    } catch let finished as Finished {
      return finished.status
    } catch let error as WinnowError {
      StandardError.tell(error)
      return ExitStatus(for: error)
    } catch {
      let text = Winnowctl.fullMessage(for: error)
      if Winnowctl.exitCode(for: error) == .success {
        StandardOutput.write(text + "\n")
        return .done
      }
      StandardError.write(text + "\n")
      return .usage
    }
  }
}
