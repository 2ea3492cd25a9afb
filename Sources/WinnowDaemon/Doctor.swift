import Glibc
import SystemPackage
import WinnowBundle
import WinnowConfig
import WinnowControlAPI
import WinnowCore
import WinnowFiles
import WinnowSupervision

/// Tries what Winnow needs and says what helps. Blocks, so it runs on a thread of its own.
struct Doctor {
  let inboxes: [InboxConfiguration]
  let library: ModelLibrary
  let programs: ProgramLocation
  let state: FilePath
  let socketPath: FilePath
  let configuration: ConfigurationInUse
  /// Pictures that wait for a fault to pass, a few of each inbox.
  let waiting: [PictureRecord]
  private let fileSystem = LinuxFileSystem()

  init(
    inboxes: [InboxConfiguration], library: ModelLibrary, programs: ProgramLocation, state: FilePath,
    socketPath: FilePath, configuration: ConfigurationInUse, waiting: [PictureRecord]
  ) {
    self.inboxes = inboxes
    self.library = library
    self.programs = programs
    self.state = state
    self.socketPath = socketPath
    self.configuration = configuration
    self.waiting = waiting
  }

  func examine() -> [DoctorReply.Check] {
    var checks = [configuration.examine()]
    checks += examinePrograms()
    checks += configuration.examineHooks()
    checks.append(examineState())
    checks.append(examineWatches())
    checks += examineModels()
    if inboxes.isEmpty {
      checks.append(
        .init(
          code: "no_inbox", state: .warning, text: "there is no inbox yet",
          remedy: "winnowctl inbox add PATH --name NAME --output DIR --model MODEL"))
    }
    for inbox in inboxes { checks += examine(inbox) }
    checks += waiting.map(WaitingPicture.init).map { $0.examine(on: fileSystem) }
    return checks
  }

  private func examinePrograms() -> [DoctorReply.Check] {
    ProgramLocation.Program.allCases.map { program in
      do throws(WinnowError) {
        return .init(code: "program", state: .ok, text: "\(try programs.path(of: program).escaped) is there")
      } catch {
        return .init(code: "program", state: .failed, text: error.message, remedy: error.remedy)
      }
    }
  }

  private func examineState() -> DoctorReply.Check {
    guard let root = try? Root(opening: state, on: fileSystem) else {
      return .init(
        code: "state", state: .failed, text: "cannot open the state folder \(state.escaped)",
        remedy: "give the user that winnowd runs as the right to read and write it")
    }
    if FileSystemKind(of: root)?.isNetwork ?? false {
      return .init(
        code: "state", state: .failed, text: "the state folder \(state.escaped) lies on a network file system",
        remedy: "choose a local one with --state-dir")
    }
    if let free = FreeSpace(at: state), free.bytes < FreeSpace.scarce {
      return .init(
        code: "state", state: .warning,
        text: "the disk of the state folder \(state.escaped) has only \(free.bytes >> 20) MiB left",
        remedy: "free some space: without it nothing is moved")
    }
    return .init(code: "state", state: .ok, text: "the state folder is \(state.escaped)")
  }

  private func examineWatches() -> DoctorReply.Check {
    let limit = Self.number(in: "/proc/sys/fs/inotify/max_user_watches") ?? 0
    return limit < 8192
      ? .init(
        code: "watch_limit", state: .warning, text: "the kernel watches only \(limit) folders a user",
        remedy: "sysctl fs.inotify.max_user_watches=65536")
      : .init(code: "watch_limit", state: .ok, text: "the kernel watches up to \(limit) folders a user")
  }

  private func examineModels() -> [DoctorReply.Check] {
    guard let (entries, problems) = try? library.list() else {
      return [.init(code: "models", state: .failed, text: "the model library cannot be read", remedy: nil)]
    }
    var checks: [DoctorReply.Check] = problems.map {
      .init(code: "model", state: .failed, text: $0.message, remedy: $0.remedy)
    }
    if entries.isEmpty {
      checks.append(
        .init(
          code: "no_model", state: .warning, text: "there is no model yet",
          remedy: "winnowctl model import FILE.onnx --labels FILE --name NAME"))
    }
    for entry in entries where entry.isCurrent {
      do throws(WinnowError) {
        try entry.bundle.verify()
        checks.append(.init(code: "model", state: .ok, text: "\(entry.model) is whole"))
      } catch {
        checks.append(.init(code: "model", state: .failed, text: error.message, remedy: error.remedy))
      }
    }
    return checks
  }

  // MARK: - Inboxes

  private func examine(_ inbox: InboxConfiguration) -> [DoctorReply.Check] {
    var checks: [DoctorReply.Check] = []
    if (try? library.resolve(inbox.model)) == nil {
      checks.append(
        .init(
          code: "model_missing", state: .failed, text: "the model \(inbox.model) is not there",
          remedy: "import it, or choose another with `model:`", inbox: inbox.name))
    }
    checks.append(examineRoot(inbox.path, "inbox", inbox.name))
    for (path, what) in [(inbox.output, "output"), (inbox.review, "review"), (inbox.quarantine, "quarantine")] {
      checks.append(examineRoot(path, what, inbox.name))
    }
    if let source = try? Root(opening: inbox.path, on: fileSystem),
      let target = try? Root(opening: inbox.output, on: fileSystem), source.status.device != target.status.device
    {
      checks.append(
        .init(
          code: "crosses", state: .ok,
          text: "inbox and output lie on different file systems: pictures are copied, compared, then removed",
          inbox: inbox.name))
    }
    return checks
  }

  /// Makes and removes a file, as a move would.
  private func examineRoot(_ path: FilePath, _ what: String, _ inbox: String) -> DoctorReply.Check {
    do throws(SystemFault) {
      let root = try Root(opening: path, on: fileSystem)
      let name = FilePath(bytes: HiddenName.prefix + Array("probe-\(getpid())".utf8))
      let probe = OwnedDescriptor(try fileSystem.createFile(name, in: root.raw, mode: 0o600))
      probe.close()
      try fileSystem.unlink(name, in: root.raw)
      let kind = FileSystemKind(of: root)
      let note = kind.map { $0.tellsEvents ? "" : "; \($0.name) sends no events, so it is polled" } ?? ""
      if let free = FreeSpace(at: path), free.bytes < FreeSpace.scarce {
        return .init(
          code: what, state: .warning,
          text: "\(what) \(path.escaped): only \(free.bytes >> 20) MiB are left on its disk",
          remedy: "free some space; pictures that do not fit wait", inbox: inbox)
      }
      return .init(
        code: what, state: .ok, text: "\(what) \(path.escaped): files can be made and removed\(note)", inbox: inbox)
    } catch {
      let status = try? Root(opening: path, on: fileSystem).status
      return .init(
        code: what, state: .failed, text: "\(what) \(path.escaped): cannot \(error.operation): \(error.reason)",
        remedy: remedy(for: error, path, status), inbox: inbox)
    }
  }

  private func remedy(for fault: SystemFault, _ path: FilePath, _ status: FileStatus?) -> String {
    if fault.isMissing { return "mkdir -p \(path.escaped)" }
    guard fault.errno == EACCES || fault.errno == EPERM else { return "see winnowctl status" }
    let user = Accounts.describe(user: geteuid())
    if let status {
      let group = Accounts.groupName(status.group)
      if status.mode & 0o020 != 0 { return "add \(user) to the group \(group): usermod -aG \(group) USER" }
    }
    return "setfacl -m u:\(geteuid()):rwx \(path.escaped)   (winnowd runs as \(user))"
  }

  private static func number(in path: String) -> Int? {
    guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
    defer { try? file.close() }
    var buffer = [UInt8](repeating: 0, count: 32)
    guard let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
    return Int(String(decoding: buffer.prefix(count), as: UTF8.self).filter(\.isNumber))
  }
}
