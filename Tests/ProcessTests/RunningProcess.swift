import Glibc

/// What /proc tells of a process that a daemon started, or of the daemon itself.
struct RunningProcess: Hashable {
  let pid: pid_t

  /// Every process below `ancestor` that bears this name.
  static func all(named name: String, below ancestor: pid_t) -> [RunningProcess] {
    var parents: [pid_t: pid_t] = [:]
    var named: [pid_t] = []
    for entry in Files.names(in: "/proc") {
      guard let pid = pid_t(entry), let status = RunningProcess(pid: pid).fields() else { continue }
      parents[pid] = status["PPid"].flatMap { pid_t($0) }
      // The kernel cuts names at 15 bytes.
      if status["Name"] == String(name.prefix(15)), RunningProcess(pid: pid).isRunning { named.append(pid) }
    }
    return named.filter { pid in
      var pid = pid
      while let parent = parents[pid], parent != 0 {
        if parent == ancestor { return true }
        pid = parent
      }
      return false
    }.map { RunningProcess(pid: $0) }
  }

  /// Bytes that are its own; nil once it is gone.
  var anonymousMemory: Int? { bytes("RssAnon") }
  /// Bytes in memory, those of mapped files among them.
  var residentMemory: Int? { bytes("VmRSS") }

  /// How often any of its threads was switched to or from.
  var contextSwitches: Int {
    Files.names(in: "/proc/\(pid)/task").reduce(0) { sum, thread in
      let fields = fields(of: "/proc/\(pid)/task/\(thread)/status") ?? [:]
      return sum + (fields["voluntary_ctxt_switches"].flatMap { Int($0) } ?? 0)
        + (fields["nonvoluntary_ctxt_switches"].flatMap { Int($0) } ?? 0)
    }
  }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// Neither gone nor waiting to be reaped with all its threads, the last of which lets go of its files and locks.
  var isRunning: Bool {
    guard let state = fields()?["State"]?.first else { return false }
    if state == "Z" { return Files.names(in: "/proc/\(pid)/task").count > 1 }
    return state != "X"
  }

  /// Whether one of its descriptors is this file.
  func hasOpen(_ path: String) -> Bool {
    let folder = "/proc/\(pid)/fd"
    return Files.names(in: folder).contains { Files.target(ofLink: folder + "/" + $0) == path }
  }

  private func bytes(_ field: String) -> Int? {
    fields()?[field].flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 * 1024 }
  }

  private func fields() -> [String: String]? { fields(of: "/proc/\(pid)/status") }

  private func fields(of path: String) -> [String: String]? {
    guard let bytes = try? Files.read(path), !bytes.isEmpty else { return nil }
    var fields: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
    }
    return fields
  }
}
