import SystemPackage
import WinnowCore

extension InboxConfiguration {
  /// The default of `threshold`. Chosen, not measured.
  static let defaultThreshold = ConfidenceThreshold.fixed(0.8)

  /// Reads the `inboxes:` map. Inboxes without a usable name, path, output or model are reported and left out.
  ///
  /// - Parameter taken: The files of inboxes that were read before.
  static func readAll(_ section: inout SectionReader, taken: [String: FilePath] = [:]) -> [InboxConfiguration] {
    var inboxes: [InboxConfiguration] = []
    for name in section.names {
      var inbox = section.section(name)
      if let fault = InboxName.fault(in: name), let position = inbox.position {
        section.report.problem(at: position, key: inbox.key, fault, remedy: InboxName.remedy)
      }
      if let file = taken[name], let position = inbox.position {
        section.report.problem(
          at: position, key: inbox.key, "there is an inbox \"\(name)\" already, in \(file)",
          remedy: "rename one of them")
      }
      if let configuration = InboxConfiguration(name: name, &inbox) { inboxes.append(configuration) }
    }
    return inboxes
  }

  private init?(name: String, _ section: inout SectionReader) {
    defer { section.finish() }
    let path = section.require("path", .path())
    let output = section.require("output", .path(example: "/srv/camera/sorted"))
    let model = section.require("model", .model)
    let threshold = section.read("threshold", .threshold, default: Self.defaultThreshold)
    let review = section.read("review", .path(), shown: output.map { YAMLText.scalar(for: $0.appending("_review")) })
    let quarantine = section.read(
      "quarantine", .path(), shown: output.map { YAMLText.scalar(for: $0.appending("_quarantine")) })
    let none = section.read("none", .path())
    let unfamiliar = section.read("unfamiliar", .choice, default: UnfamiliarPolicy.review)
    let template = section.read("template", .template, shown: "\"{class}\"") ?? (try? DestinationTemplate("{class}"))
    let action = section.read("action", .choice, default: PlacingAction.move)
    let rights = PlacedRights.read(&section, action: action)
    let duplicates = section.read("duplicates", .choice, default: DuplicatePolicy.keep)
    let mode = section.read("mode", .choice, default: InboxMode.sort)
    let settle = section.read("settle", .duration(.milliseconds(100)...(.seconds(3600))), default: .seconds(2))
    let day = Duration.seconds(86_400)
    let incompleteAfter = section.read("incomplete_after", .duration(.seconds(1)...day), default: .seconds(120))
    let busyAfter = section.read("busy_after", .duration(.seconds(1)...day), default: .seconds(600))
    let groupWait = section.read("group_wait", .duration(.zero...day), default: .seconds(5))
    let hours = section.read("hours", .hours)
    let bursts = section.read("bursts", .choice, default: BurstPolicy.apart)
    let burstGap = section.read("burst_gap", .duration(.milliseconds(10)...(.seconds(60))), default: .seconds(2))
    let poll = section.read("poll", .poll, default: .auto)
    let recursive = section.read("recursive", .boolean, default: true)
    let ignore = section.readList("ignore", of: .namePattern)
    let unsafePlaceholder = section.read("unsafe_placeholder", .boolean, default: false)

    guard let path, let output, let model, let template else { return nil }
    self.init(
      name: name, path: path, output: output, model: model, threshold: threshold,
      review: review ?? output.appending("_review"), quarantine: quarantine ?? output.appending("_quarantine"),
      none: none, unfamiliar: unfamiliar, template: template, action: action, rights: rights, duplicates: duplicates,
      mode: mode, settle: settle, incompleteAfter: incompleteAfter, busyAfter: busyAfter, groupWait: groupWait,
      hours: hours, bursts: bursts, burstGap: burstGap, poll: poll, recursive: recursive, ignore: ignore,
      unsafePlaceholder: unsafePlaceholder)
  }
}

extension ValueFormat where Value == ModelReference {
  fileprivate static var model: Self {
    Self(example: "flowers", show: \.description) { (text) throws(WinnowError) in try ModelReference(text) }
  }
}

extension ValueFormat where Value == ConfidenceThreshold {
  fileprivate static var threshold: Self {
    Self(example: "0.8", show: \.description) { (text) throws(WinnowError) in try ConfidenceThreshold(text) }
  }
}

extension ValueFormat where Value == DestinationTemplate {
  fileprivate static var template: Self {
    Self(example: "\"{class}\"", show: { YAMLText.quoted($0.text) }) { (text) throws(WinnowError) in
      try TemplateRules.parse(text)
    }
  }
}

extension ValueFormat where Value == WorkingHours {
  fileprivate static var hours: Self {
    Self(example: "\"22:00-06:00\"", show: { YAMLText.quoted($0.text) }) { (text) throws(WinnowError) in
      try WorkingHours(text)
    }
  }
}

extension ValueFormat where Value == PollPolicy {
  fileprivate static var poll: Self {
    Self(example: "auto", show: \.description) { (text) throws(WinnowError) in try PollPolicy(text) }
  }
}

extension ValueFormat where Value == String {
  fileprivate static var namePattern: Self {
    Self(example: "\"*.bak\"", show: YAMLText.quoted) { (text) throws(WinnowError) in
      guard !text.isEmpty, text.utf8.count <= 255, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no pattern for file names", remedy: "write one such as \"*.bak\"")
      }
      guard !text.contains("/") else {
        throw WinnowError(
          .invalidInput, "the pattern \"\(text)\" holds a /", remedy: "patterns match names, without their folder")
      }
      return text
    }
  }
}
