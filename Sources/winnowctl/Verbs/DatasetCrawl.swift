import ArgumentParser
import WinnowControlAPI
import WinnowCore

extension DatasetVerbs {
  struct Crawl: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Collect pictures from a source into a folder.",
      discussion: """
        WHAT is a keyword in any script, the address of a page, a file with an address a line, or a folder, as the \
        source takes it; see dataset sources. Every picture is decoded before it counts; where it came from stands in \
        provenance.jsonl beside the pictures. Run again, nothing is fetched twice.

        EXAMPLE:
          winnowctl dataset crawl 向日葵 --source baidu --count 100 --into flowers/sunflower
          winnowctl dataset crawl addresses.txt --source list --into flowers/rose
        """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var detaching: Detaching

    @Argument(help: ArgumentHelp("The keyword, address, file or folder.", valueName: "what"))
    var what: String

    @Option(help: "baidu, wikimedia, openverse, page, list or folder.")
    var source: String

    @Option(help: "Pictures wanted; without it all there are.")
    var count: Int?

    @Option(help: "Where they go; made where it is not there.")
    var into: FileArgument

    @Option(
      name: .customLong("allow-host"), parsing: .singleValue,
      help: ArgumentHelp("Also ask this host if its address is private.", valueName: "host[:port]"))
    var allowedHosts: [String] = []

    @Option(help: ArgumentHelp("Keep no picture with a shorter side.", valueName: "pixels"))
    var minSide: Int?

    @Option(help: ArgumentHelp("Ask the source at this address instead of its usual one.", valueName: "address"))
    var base: String?

    @Option(help: ArgumentHelp("Tell servers this address of yours, as some providers want.", valueName: "address"))
    var contact: String?

    @Option(help: ArgumentHelp("Requests a second to each host; without it 4.", valueName: "number"))
    var rate: Double?

    /// Sources that read a path of this machine instead of a keyword.
    private static let reading: Set<String> = ["list", "folder"]

    func validate() throws {
      for (name, value) in [("--count", count), ("--min-side", minSide)] {
        if let value, value < 1 { throw ValidationError("\(name) is 1 or more.") }
      }
      if let rate, !(rate > 0) { throw ValidationError("--rate is above 0.") }
    }

    func run() throws {
      let isPath = Self.reading.contains(source)
      let request = CrawlRequest(
        source: source, keyword: isPath ? nil : what, from: isPath ? FileArgument(argument: what)?.absolute : nil,
        count: count, into: into.absolute, allowedHosts: allowedHosts, minSide: minSide, base: base,
        contact: contact, rate: rate)
      let work = DatasetWork(options: options, detach: detaching.detach)
      if let report: DatasetResult = try work.run(.crawl(request)) { try options.output.show(report) }
    }
  }
}
