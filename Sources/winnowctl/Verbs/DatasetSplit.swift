import ArgumentParser
import WinnowControlAPI
import WinnowCore

extension DatasetVerbs {
  struct Split: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write DIR_split/train, val and test, with what shows the same in one of them.",
      discussion: """
        Copies, near duplicates and bursts always lie in one part. The same DIR, ratios and seed give the same parts. \
        DIR_split/manifest.json says of each picture where it is and why. Interrupted, the same command goes on.

        With --check DIR is a split, whoever made it: what lies in two parts is listed, and the exit status is 1 where \
        there is anything.
        """)

    enum Placing: String, EnumerableFlag {
      case copy, link, reflink

      static func help(for value: Self) -> ArgumentHelp? {
        switch value {
        case .copy: "Copy the pictures; what happens to a copy leaves the original alone. The default."
        case .link: "Link them: no space, but they are the same files."
        case .reflink: "Copy them, and only where blocks are shared."
        }
      }
    }

    @OptionGroup var options: GlobalOptions
    @OptionGroup var detaching: Detaching

    @Argument(help: "The folder of class folders.")
    var folder: FileArgument

    @Option(help: ArgumentHelp("Shares that sum to 10, 100 or 1; without it 6:2:2.", valueName: "train:val:test"))
    var ratios: String?

    @Option(help: "Another number gives other parts.")
    var seed: Int?

    @Flag(exclusivity: .exclusive)
    var placing: Placing?

    @Flag(help: "Look for pictures that lie in two parts of DIR.")
    var check = false

    func validate() throws {
      if let seed, seed < 0 { throw ValidationError("--seed is 0 or more.") }
      if check, ratios != nil || seed != nil || placing != nil {
        throw ValidationError("--check takes no --ratios, --seed, --copy, --link or --reflink.")
      }
    }

    func run() throws {
      let work = DatasetWork(options: options, detach: detaching.detach)
      if check {
        let request = SplitCheckRequest(folder: folder.absolute)
        guard let report: SplitCheckReport = try work.run(.check(request)) else { return }
        try options.output.show(report)
        return try Finished.check(report.leakCount == 0 ? .done : .failed)
      }
      let request = SplitRequest(
        folder: folder.absolute, ratios: ratios, seed: seed ?? 0, placing: placing?.rawValue)
      if let report: SplitReport = try work.run(.split(request)) { try options.output.show(report) }
    }
  }
}
