import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import struct SystemPackage.FileDescriptor
import WinnowControlAPI
import WinnowCore

/// One connection: requests one after the other, each judged by its head, received within bounds and answered.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Phase {
    case idle
    /// A request that was accepted, while its body comes.
    case receiving(Reception)
    /// The answer is on its way or awaited.
    case answering(Responder, keepAlive: Bool)
    /// A request without a body that the service has no part in; its end still has to come.
    case prepared(Prepared, keepAlive: Bool)
    /// The answer closes the connection; what still comes is dropped.
    case closing
  }

  /// An answer that is known from the head alone.
  private enum Prepared {
    /// `allowed`: the methods of a path that does not know the one that was used.
    case refusal(WinnowError, allowed: [Route.Method] = [])
    case page(PageFiles.File)
    case entry(cookie: String?)
  }

  let entrance: Entrance
  private let host: ControlHost
  private var context: ChannelHandlerContext?
  private var phase = Phase.idle
  private var lastByte = NIODeadline.now()
  private var alarm: Scheduled<Void>?

  init(_ entrance: Entrance, host: ControlHost) {
    self.entrance = entrance
    self.host = host
  }

  /// Whether the connection can be closed without breaking an answer off.
  var isIdle: Bool { if case .idle = phase { true } else { false } }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func channelActive(context: ChannelHandlerContext) {
    host.connections[ObjectIdentifier(self)] = self
    lastByte = .now()
    setAlarm(context, after: host.limits.idle)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    host.connections[ObjectIdentifier(self)] = nil
    alarm?.cancel()
    alarm = nil
    if case .answering(let responder, _) = phase { responder.gone() }
    if case .prepared(.page(let file), _) = phase { try? file.descriptor.close() }
    phase = .closing
    self.context = nil
    context.fireChannelInactive()
  }

  /// Broken HTTP and broken connections end this connection alone; the handler before this one has answered 400.
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  // MARK: Receiving

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastByte = .now()
    switch (unwrapInboundIn(data), phase) {
    case (.head(let head), .idle): receive(head, context)
    case (.body(let buffer), .receiving(let reception)): receive(buffer, reception, context)
    case (.end, .receiving(let reception)): serve(reception, context)
    case (.end, .prepared(let prepared, let keepAlive)): answer(prepared, keepAlive: keepAlive, context)
    case (_, .idle), (_, .receiving), (_, .answering), (_, .prepared), (_, .closing): break
    }
  }

  private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    do throws(WinnowError) {
      let admission: Admission
      switch entrance {
      case .socket(let peer): admission = try RequestGate.admit(head, from: peer, limits: host.limits)
      case .web(let door):
        switch try door.judge(head) {
        case .page(let file): return phase = .prepared(.page(file), keepAlive: head.isKeepAlive)
        case .entry(let cookie): return phase = .prepared(.entry(cookie: cookie), keepAlive: head.isKeepAlive)
        case .call(let peer): admission = try RequestGate.admitBrowser(head, from: peer, limits: host.limits)
        }
      }
      let reception = try Reception(admission, spool: host.spool, limits: host.limits)
      if admission.expectsContinue {
        context.writeAndFlush(
          wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
      }
      phase = .receiving(reception)
      setAlarm(context, after: host.limits.stall)
    } catch {
      var allowed: [Route.Method] = []
      if error.code == .wrongMethod,
        case .wrongMethod(let methods) = Route.match(
          method: head.method.rawValue, path: RequestGate.split(head.uri).path)
      {
        allowed = methods
      }
      // A body that nobody wants is not read to its end: the connection closes.
      let hasBody =
        head.headers.contains(name: "Transfer-Encoding") || head.headers["Content-Length"].contains { $0 != "0" }
      if hasBody {
        answer(.refusal(error, allowed: allowed), keepAlive: false, context)
      } else {
        phase = .prepared(.refusal(error, allowed: allowed), keepAlive: head.isKeepAlive)
      }
    }
  }

  private func receive(_ buffer: ByteBuffer, _ reception: Reception, _ context: ChannelHandlerContext) {
    do throws(WinnowError) {
      try buffer.withUnsafeReadableBytes { bytes throws(WinnowError) in try reception.append(bytes) }
    } catch {
      answer(.refusal(error), keepAlive: false, context)
    }
  }

  private func serve(_ reception: Reception, _ context: ChannelHandlerContext) {
    silenceAlarm()
    let admission = reception.admission
    let responder = Responder(
      framing: admission.eventFraming, backlogLimit: host.limits.streamBacklog, loop: context.eventLoop,
      connection: self)
    do throws(WinnowError) {
      let call = try reception.finish().call(answeringThrough: responder)
      phase = .answering(responder, keepAlive: admission.keepAlive)
      host.service.handle(call, from: admission.peer)
    } catch {
      answer(.refusal(error), keepAlive: admission.keepAlive, context)
    }
  }

  /// Answers without the service.
  private func answer(_ prepared: Prepared, keepAlive: Bool, _ context: ChannelHandlerContext) {
    silenceAlarm()
    let responder = Responder(
      framing: .lines, backlogLimit: host.limits.streamBacklog, loop: context.eventLoop, connection: self)
    phase = .answering(responder, keepAlive: keepAlive)
    switch prepared {
    case .refusal(let error, let allowed):
      let names = allowed.map(\.rawValue).joined(separator: ", ")
      responder.fail(error, fields: names.isEmpty ? [] : [.init(name: "Allow", value: names)])
    case .page(let file): responder.send(file: file.descriptor, length: file.length, as: file.kind)
    case .entry(let cookie): responder.lead(to: cookie == nil ? "/#no-session" : "/", cookie: cookie)
    }
  }

  // MARK: Answering

  /// Writes parts of the answer that is due. Those of an answer that nobody awaits any more are dropped.
  func write(_ parts: [Responder.Part], of responder: Responder) {
    guard let context, case .answering(let current, let keepAlive) = phase, current === responder else {
      for case .file(let descriptor, _) in parts { try? descriptor.close() }
      return
    }
    var count = 0
    for part in parts {
      switch part {
      case .head(let status, let kind, let length, let fields):
        var head = head(status, kind, length, keepAlive: keepAlive)
        for field in fields { head.headers.add(name: field.name, value: field.value) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
      case .bytes(let bytes):
        count += bytes.count
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
      case .file(let descriptor, let length):
        guard write(descriptor, length: length, context) else { return }
      case .end(let closing):
        end(keepAlive: keepAlive && !closing, context)
        return
      }
    }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenSuccess { responder.taken(count) }
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: promise)
    context.flush()
  }

  /// - Returns: false where the connection is closed instead.
  private func write(_ descriptor: FileDescriptor, length: Int64, _ context: ChannelHandlerContext) -> Bool {
    // A file that is shorter than promised leaves no honest way on. sendfile answers at its end with 0 bytes, for ever,
    // so that is asked before.
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_size >= length else {
      try? descriptor.close()
      context.close(promise: nil)
      return false
    }
    let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor.rawValue)
    let region = FileRegion(fileHandle: handle, readerIndex: 0, endIndex: Int(length))
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      try? handle.close()
      if case .failure = result { context.close(promise: nil) }
    }
    context.write(wrapOutboundOut(.body(.fileRegion(region))), promise: promise)
    return true
  }

  private func end(keepAlive: Bool, _ context: ChannelHandlerContext) {
    guard keepAlive, !host.isStopping else {
      phase = .closing
      // A reader that does not take its last bytes is not waited for longer than a stalled writer.
      setAlarm(context, after: host.limits.stall)
      context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
        context.close(promise: nil)
      }
      return
    }
    // Before the write: a request that waits behind this one comes in while it is made.
    phase = .idle
    setAlarm(context, after: host.limits.idle)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func head(
    _ status: HTTPResponseStatus, _ kind: ReplyKind, _ length: Int64?, keepAlive: Bool
  ) -> HTTPResponseHead {
    var headers = HTTPHeaders([
      ("Content-Type", kind.contentType), ("Winnow-Version", host.version), ("Cache-Control", kind.cacheControl),
    ])
    if entrance.isWeb { for (name, value) in kind.browserHeaders { headers.add(name: name, value: value) } }
    if status == .unauthorized { headers.add(name: "WWW-Authenticate", value: "Bearer") }
    if let length { headers.add(name: "Content-Length", value: String(length)) }
    if !keepAlive || host.isStopping { headers.add(name: "Connection", value: "close") }
    return HTTPResponseHead(version: .http1_1, status: status, headers: headers)
  }

  // MARK: Ending

  /// Closes now if nothing is being answered; streams and answers that are due get an end first.
  func stop() {
    guard let context else { return }
    if isIdle { context.close(promise: nil) }
  }

  func closeNow() { context?.close(promise: nil) }

  // MARK: Clients that stand still

  /// One timer a connection, and none while the daemon itself works on an answer. It looks at the time of the last
  /// byte, so that a long upload does not set a timer for each piece.
  private func setAlarm(_ context: ChannelHandlerContext, after seconds: Int) {
    lastByte = .now()
    alarm?.cancel()
    arm(context, after: seconds, at: lastByte + .seconds(Int64(seconds)))
  }

  private func arm(_ context: ChannelHandlerContext, after seconds: Int, at deadline: NIODeadline) {
    alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
      let due = lastByte + .seconds(Int64(seconds))
      if due <= .now() { context.close(promise: nil) } else { arm(context, after: seconds, at: due) }
    }
  }

  private func silenceAlarm() {
    alarm?.cancel()
    alarm = nil
  }
}
