import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
public import SystemPackage
public import WinnowCore

/// HTTP/1.1 on a Unix socket, and where that is wished for browsers on TCP, in front of a `ControlService`.
///
/// One event-loop thread of its own, event handlers only: without a connection it makes no system call.
public final class ControlServer: Sendable {
  private let socket: ListeningSocket
  private let group: MultiThreadedEventLoopGroup
  private let listeners: [any Channel]
  private let host: NIOLoopBound<ControlHost>

  /// Serves until `stop()`. The socket is this server's from here on.
  ///
  /// - Parameters:
  ///   - version: the daemon's version, for the header of each answer.
  ///   - spool: the folder for large files that peers send, on a local file system.
  ///   - web: where browsers come in; nil: nowhere.
  /// - Throws: `.systemCall`.
  public static func start(
    on socket: ListeningSocket, web: WebDoor? = nil, version: String, spool: FilePath,
    limits: ControlLimits = ControlLimits(), service: any ControlService
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
      var listeners = [
        try ServerBootstrap(group: group)
          .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
              try Self.serve(channel, .socket(Self.peer(of: channel, host.value)), host.value)
            }
          }
          .withBoundSocket(socket.descriptor.rawValue)
          .wait()
      ]
      if let web {
        listeners.append(
          try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
              channel.eventLoop.makeCompletedFuture { try Self.serve(channel, .web(web), host.value) }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .withBoundSocket(web.listener.descriptor.rawValue)
            .wait())
      }
      return ControlServer(socket: socket, group: group, listeners: listeners, host: host)
    } catch {
      try? group.syncShutdownGracefully()
      throw WinnowError(.systemCall, "the control socket cannot be served", cause: "\(error)")
    }
  }

  private init(
    socket: ListeningSocket, group: MultiThreadedEventLoopGroup, listeners: [any Channel],
    host: NIOLoopBound<ControlHost>
  ) {
    self.socket = socket
    self.group = group
    self.listeners = listeners
    self.host = host
  }

  /// Takes no more connections, closes the idle ones, gives answers under way `grace` to end, and then closes all.
  /// Blocks until that is done, so never call it on the event loop; it may be called once.
  public func stop(grace: Duration = .seconds(2)) {
    for listener in listeners { try? listener.close().wait() }
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

  private static func peer(of channel: any Channel, _ host: ControlHost) throws -> Peer {
    let peer = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      try host.register.identify(descriptor: $0)
    }
    guard let peer else { throw WinnowError(.systemCall, "a connection has no descriptor") }
    return peer
  }

  /// Prepares one connection, or turns it away.
  private static func serve(_ channel: any Channel, _ entrance: Entrance, _ host: ControlHost) throws {
    let pipeline = channel.pipeline.syncOperations
    guard host.hasRoom(for: entrance) else { return try pipeline.addHandler(TurnedAway()) }
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
    try pipeline.addHandler(RequestHandler(entrance, host: host))
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
