import Synchronization
import SystemPackage
import WinnowControlClient
import WinnowControlServer
import WinnowCore
import WinnowTestSupport

/// A real server on a real socket in a folder of its own.
final class LiveServer {
  let folder: TemporaryFolder
  let server: ControlServer
  let service: ServiceDouble
  let socket: FilePath
  /// Where browsers come in.
  let web: WebDoor?

  /// For clients that are programs: while hundreds of tests run, one may get no processor for longer than the daemon
  /// waits.
  static let patient: ControlLimits = {
    var limits = ControlLimits()
    limits.stall = 900
    return limits
  }()

  init(
    limits: ControlLimits = ControlLimits(), service: ServiceDouble = ServiceDouble(),
    socket make: (FilePath) throws -> ListeningSocket = { try .make(at: $0, mode: 0o600, group: nil) },
    door: (FilePath) throws -> WebDoor? = { _ in nil }
  ) throws {
    folder = try TemporaryFolder()
    socket = folder.path.appending("control.sock")
    self.service = service
    web = try door(folder.path)
    server = try ControlServer.start(
      on: try make(socket), web: web, version: "1.2.3", spool: folder.path, limits: limits, service: service)
  }

  deinit { server.stop(grace: .zero) }

  var client: ControlClient { ControlClient(socket: socket) }

  /// Sends `text` as it is and gives all that comes back until the server closes the connection.
  func raw(_ text: String) throws -> String {
    let connection = try RawConnection(to: socket)
    // The server may have answered and closed before all is sent.
    try? connection.send(text)
    return try connection.readToEnd()
  }
}
