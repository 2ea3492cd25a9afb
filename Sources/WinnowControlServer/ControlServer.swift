import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
public import SystemPackage
public import WinnowCore

/// HTTP/1.1 on a Unix socket, in front of a `ControlService`.
///
/// One event-loop thread of its own, event handlers only: without a connection it makes no system call.
public final class ControlServer: Sendable {
  private let socket: ListeningSocket
  private let group: MultiThreadedEventLoopGroup
  private let listener: any Channel
  private let host: NIOLoopBound<ControlHost>

  /// Serves until `stop()`. The socket is this server's from here on.
  ///
  /// - Parameters:
  ///   - version: the daemon's version, for the header of each answer.
  ///   - spool: the folder for large files that peers send, on a local file system.
  /// - Throws: `.systemCall`.
  public static func start(
    on socket: ListeningSocket, version: String, spool: FilePath, limits: ControlLimits = ControlLimits(),
    service: any ControlService
  ) throws(WinnowError) -> ControlServer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    do {
      let host = try loop.submit {
        NIOLoopBound(
          ControlHost(
            version: version, limits: limits, register: PeerRegister(owner: geteuid(), members: socket.group),
            spool: Spool(folder: spool, limits: limits), service: service),
          eventLoop: loop)
      }.wait()
      let listener = try ServerBootstrap(group: group)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try Self.serve(channel, host: host.value) }
        }
        .withBoundSocket(socket.descriptor.rawValue)
        .wait()
      return ControlServer(socket: socket, group: group, listener: listener, host: host)
    } catch {
      try? group.syncShutdownGracefully()
      throw WinnowError(.systemCall, "the control socket cannot be served", cause: "\(error)")
    }
  }

  private init(
    socket: ListeningSocket, group: MultiThreadedEventLoopGroup, listener: any Channel, host: NIOLoopBound<ControlHost>
  ) {
    self.socket = socket
    self.group = group
    self.listener = listener
    self.host = host
  }

  /// Takes no more connections, closes the idle ones, gives answers under way `grace` to end, and then closes all.
  /// Blocks until that is done, so never call it on the event loop; it may be called once.
  public func stop(grace: Duration = .seconds(2)) {
    try? listener.close().wait()
    socket.removeFile()
    let loop = group.next()
    let drained = loop.makePromise(of: Void.self)
    loop.execute { [host] in
      let host = host.value
      host.isStopping = true
      host.whenEmpty = { drained.succeed() }
      for connection in Array(host.connections.values) { connection.stop() }
    }
    loop.scheduleTask(in: .nanoseconds(grace.nanoseconds)) { [host] in
      for connection in Array(host.value.connections.values) { connection.closeNow() }
      drained.succeed()
    }
    try? drained.futureResult.wait()
    try? group.syncShutdownGracefully()
  }

  /// Prepares one connection, or turns it away.
  private static func serve(_ channel: any Channel, host: ControlHost) throws {
    let pipeline = channel.pipeline.syncOperations
    let peer = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { descriptor in
      try host.register.identify(descriptor: descriptor)
    }
    guard let peer else { throw WinnowError(.systemCall, "a connection has no descriptor") }
    guard host.hasRoom(for: peer) else { return try pipeline.addHandler(TurnedAway()) }
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
    try pipeline.addHandler(RequestHandler(peer: peer, host: host))
  }
}

/// Tells a connection that is one too many so, and closes it.
private final class TurnedAway: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelActive(context: ChannelHandlerContext) {
    let body =
      #"{"error":{"code":"busy","message":"too many connections","remedy":"try again in a moment"},"schema":1}"#
    let text =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n"
      + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
