import Glibc
public import SystemPackage
public import WinnowCore

/// Where the programs find their configuration, state and socket.
///
/// For each in this order: the command line, the environment (`WINNOW_CONFIG`, `WINNOW_STATE_DIR`, `WINNOW_SOCKET`),
/// the standard place: as root that of the system, else that of the XDG Base Directory Specification.
public struct StandardPaths: Hashable, Sendable {
  /// What the command line says; nil where it is silent. Relative paths count from the working folder.
  public struct Options: Hashable, Sendable {
    public var configuration: FilePath?
    public var stateDirectory: FilePath?
    public var socket: FilePath?

    public init(configuration: FilePath? = nil, stateDirectory: FilePath? = nil, socket: FilePath? = nil) {
      self.configuration = configuration
      self.stateDirectory = stateDirectory
      self.socket = socket
    }
  }

  /// What the process was given, apart so that tests can give it.
  public struct Surroundings: Sendable {
    public var userID: UInt32
    public var workingFolder: FilePath
    /// The value of an environment variable; nil when it is not set. Bytes are kept.
    public var variable: @Sendable (_ name: String) -> FilePath?

    public init(
      userID: UInt32, workingFolder: FilePath, variable: @escaping @Sendable (_ name: String) -> FilePath?
    ) {
      self.userID = userID
      self.workingFolder = workingFolder
      self.variable = variable
    }

    /// This process's. Not while another thread changes the environment.
    public static var current: Surroundings {
      let folder = getcwd(nil, 0)
      defer { free(folder) }
      return Surroundings(
        userID: geteuid(), workingFolder: folder.map { FilePath(platformString: $0) } ?? "/",
        variable: { name in getenv(name).map { FilePath(platformString: $0) } })
    }
  }

  /// Bytes of a Unix socket's path: `sun_path` of unix(7) without its NUL.
  static let socketPathLimit = 107

  /// All three absolute.
  public let configuration: FilePath
  public let stateDirectory: FilePath
  public let socket: FilePath
  /// Whether a person named the configuration, so that it must exist.
  public let configurationMustExist: Bool

  /// - Throws: `.invalidInput` when a place is needed and neither named nor to be found (no `HOME`), or the socket's
  ///   path is too long for the system.
  public init(_ options: Options = Options(), in surroundings: Surroundings = .current) throws(WinnowError) {
    let standard = Standard(surroundings)
    let named = surroundings.named(options.configuration, "WINNOW_CONFIG")
    configurationMustExist = named != nil
    configuration = if let named { named } else { try standard.configuration() }
    let state = surroundings.named(options.stateDirectory, "WINNOW_STATE_DIR")
    stateDirectory = if let state { state } else { try standard.stateDirectory() }
    socket = surroundings.named(options.socket, "WINNOW_SOCKET") ?? standard.socket()
    guard socket.length <= Self.socketPathLimit else {
      throw WinnowError(
        .invalidInput, "the socket's path \(socket) is longer than \(Self.socketPathLimit) bytes",
        remedy: "name a shorter one with --socket or WINNOW_SOCKET")
    }
  }

  /// The places where nothing is named.
  private struct Standard {
    let surroundings: Surroundings

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    private var isRoot: Bool { surroundings.userID == 0 }

    func configuration() throws(WinnowError) -> FilePath {
      if isRoot { return "/etc/winnow/winnow.yaml" }
      return try folder("XDG_CONFIG_HOME", ".config", option: "--config").appending("winnow/winnow.yaml")
    }

    func stateDirectory() throws(WinnowError) -> FilePath {
      if isRoot { return "/var/lib/winnow" }
      return try folder("XDG_STATE_HOME", ".local/state", option: "--state-dir").appending("winnow")
    }

    func socket() -> FilePath {
      if isRoot { return "/run/winnow/control.sock" }
      let runtime = surroundings.folder("XDG_RUNTIME_DIR") ?? FilePath("/run/user/\(surroundings.userID)")
      return runtime.appending("winnow/control.sock")
    }

    private func folder(_ variable: String, _ inHome: FilePath, option: String) throws(WinnowError) -> FilePath {
      if let folder = surroundings.folder(variable) { return folder }
      guard let home = surroundings.folder("HOME") else {
        throw WinnowError(
          .invalidInput, "neither HOME nor \(variable) is set to a folder", remedy: "set HOME, or use \(option)")
      }
      return home.pushing(inHome)
    }
  }
}

extension StandardPaths.Surroundings {
  /// The option, or else the variable; an empty variable counts as not set.
  fileprivate func named(_ option: FilePath?, _ name: String) -> FilePath? {
    guard let path = option ?? variable(name), !path.isEmpty else { return nil }
    return workingFolder.pushing(path)
  }

  /// A variable that names a folder; the XDG specification has relative ones ignored.
  fileprivate func folder(_ name: String) -> FilePath? { variable(name).flatMap { $0.isAbsolute ? $0 : nil } }
}
