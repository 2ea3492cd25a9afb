import ArgumentParser
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct JobVerbs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "List, follow and end long work.",
    subcommands: [List.self, Show.self, Follow.self, Cancel.self, Resume.self], defaultSubcommand: List.self)

  struct Selection: ParsableArguments {
    @Argument(help: ArgumentHelp("The job, as jobs list shows it.", valueName: "id"))
    var id: String
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all jobs.")

    @OptionGroup var options: GlobalOptions

    func run() throws { try options.show(.jobList, as: JobListReply.self) }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a job and its result.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var job: Selection

    func run() throws { try options.show(.jobShow, parameter: job.id, as: Job.self) }
  }

  struct Follow: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show how a job gets on, until it ends.",
      discussion: "Exits with 1 where the job failed, was cancelled or was interrupted.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var job: Selection

    func run() throws {
      let client = try options.client()
      let output = options.output
      var bar = ProgressBar()
      var last: JobRecord?
      try client.stream(.jobFollow, parameter: job.id) { (record: JobRecord) throws(WinnowError) in
        // A bar says it better than a hundred lines, where there is a terminal and nobody reads the lines.
        if output.form == .aligned, !record.state.isFinal {
          bar.show(record.progress, record.text ?? record.state.rawValue)
        } else {
          bar.clear()
          try output.list(record)
        }
        last = record
        return true
      }
      bar.clear()
      try Finished.check(last.map { $0.state == .done || !$0.state.isFinal } ?? true ? .done : .failed)
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a job.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var job: Selection

    func run() throws { try options.show(.jobCancel, parameter: job.id, as: Job.self) }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Go on with a job that was interrupted.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var job: Selection

    func run() throws { try options.show(.jobResume, parameter: job.id, as: Job.self) }
  }
}
