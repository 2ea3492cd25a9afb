import Glibc

/// What the machine lets a test do.
enum Machine {
  static let isRoot = geteuid() == 0
  static let hasStrace = canStart("strace", ["-o", "/dev/null", "true"])
  static let canBecomeNobody = isRoot && canStart(asNobody[0], asNobody.dropFirst() + ["true"])

  /// Runs a program and its children with some of their system calls failing, delayed or the last ones.
  ///
  /// - Parameter rules: values of `-e inject=`. Only calls that are traced can be tampered with.
  static func strace(injecting rules: [String], output: String) -> [String] {
    let calls = rules.map { String($0.prefix { $0 != ":" }) }.joined(separator: ",")
    return ["strace", "-f", "-qq", "-e", "trace=" + calls, "-e", "signal=none", "-o", output]
      + rules.flatMap { ["-e", "inject=" + $0] }
  }

  /// Runs a program as `nobody`.
  static let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

  /// Whether `nobody` can be had as the daemon's user: the build folder may lie where others cannot read.
  static let nobodyCanRunDaemon =
    isRoot && canStart(asNobody[0], asNobody.dropFirst() + [Programs.daemon, "--version"])

  /// Mounting needs a capability that root in a container may lack.
  static let canMount: Bool = {
    guard isRoot, let folder = try? TemporaryFolder() else { return false }
    return withExtendedLifetime(folder) {
      (try? TemporaryMount(at: folder.path + "/probe")).map { (try? $0.detach()) != nil } ?? false
    }
  }()

  static let canLimitEventQueue = isRoot && access("/proc/sys/fs/inotify/max_queued_events", W_OK) == 0

  private static func canStart(_ program: String, _ arguments: some Sequence<String>) -> Bool {
    (try? Program(program, Array(arguments)).wait(seconds: 20)) == 0
  }
}
