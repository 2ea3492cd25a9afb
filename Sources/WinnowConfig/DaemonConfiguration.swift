/// Everything that `winnow.yaml` and the inbox files say, checked.
public struct DaemonConfiguration: Hashable, Sendable {
  public var socket: SocketConfiguration
  public var http: HTTPConfiguration
  public var engine: EngineConfiguration
  public var training: TrainingConfiguration
  public var hooks: HooksConfiguration
  /// Those of the main file first, in its order; then those of the inbox files, by file name. Names differ.
  public var inboxes: [InboxConfiguration]
}

extension DaemonConfiguration {
  /// Reads the main file's map. A nil `root` is an empty file.
  init(root: ConfigurationNode?, report: ConfigurationReport) {
    var top = SectionReader(key: "", node: root, at: root?.position, report: report)
    var socket = top.section("socket")
    self.socket = SocketConfiguration(&socket)
    var http = top.section("http")
    self.http = HTTPConfiguration(&http)
    var engine = top.section("engine")
    self.engine = EngineConfiguration(&engine)
    var training = top.section("training")
    self.training = TrainingConfiguration(&training)
    var hooks = top.section("hooks")
    self.hooks = HooksConfiguration(&hooks)
    var inboxes = top.section("inboxes")
    self.inboxes = InboxConfiguration.readAll(&inboxes)
    top.finish()
  }
}
