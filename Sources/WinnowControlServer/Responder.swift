import NIOCore
import NIOHTTP1
import Synchronization
import struct SystemPackage.FileDescriptor
import WinnowControlAPI
import WinnowCore

/// The way of one answer from the service, on any thread, to its connection, on the event loop.
///
/// Parts are queued under a lock and written by one hop for all that came meanwhile. What the socket has not taken yet
/// is counted, so that a slow reader can be told and cut off instead of filling the daemon's memory.
final class Responder: Sendable {
  /// What the connection is told to write.
  enum Part: Sendable {
    case head(HTTPResponseStatus, ReplyKind, length: Int64?, headers: [HeaderField] = [])
    case bytes([UInt8])
    /// The file is closed once it is written, or cannot be.
    case file(FileDescriptor, length: Int64)
    /// The answer is whole. With `closing` the connection ends too.
    case end(closing: Bool)
  }

  /// One line of a head.
  struct HeaderField: Sendable {
    var name: String
    var value: String
  }

  private enum Phase {
    case waiting, streaming, ended, gone
  }

  private struct State {
    var phase = Phase.waiting
    var queue: [Part] = []
    var isScheduled = false
    /// Bytes of records queued or handed to the socket, but not taken by it yet.
    var backlog = 0
    var whenTaken: (@Sendable () -> Void)?
    var whenGone: (@Sendable () -> Void)?
    /// What is called no more, until the lock is free: such a closure may hold the last reference to a reply, whose end
    /// comes back here.
    var dropped: [(@Sendable () -> Void)?] = []
  }

  let framing: RecordFraming
  private let backlogLimit: Int
  private let loop: any EventLoop
  private let connection: NIOLoopBound<RequestHandler>
  private let state = Mutex(State())

  init(framing: RecordFraming, backlogLimit: Int, loop: any EventLoop, connection: RequestHandler) {
    self.framing = framing
    self.backlogLimit = backlogLimit
    self.loop = loop
    self.connection = NIOLoopBound(connection, eventLoop: loop)
  }

  // MARK: Whole answers

  func send(_ value: some Encodable) {
    do {
      let json = Array(try Wire.encode(value))
      finish(with: [
        .head(.ok, .json, length: Int64(json.count + 1)), .bytes(json + [0x0A]),
        .end(closing: false),
      ])
    } catch {
      fail(error)
    }
  }

  /// An error as the whole answer; where a stream has begun, as its last record.
  ///
  /// - Parameter fields: for the head, where the error is the whole answer.
  func fail(_ error: WinnowError, fields: [HeaderField] = []) {
    let json = Self.json(of: error)
    let isStreaming = state.withLock { $0.phase == .streaming }
    finish(
      with: isStreaming
        ? [.bytes(framing.frame(error: json)), .end(closing: false)]
        : [
          .head(.init(for: error), .json, length: Int64(json.count + 1), headers: fields),
          .bytes(json + [0x0A]), .end(closing: false),
        ])
  }

  /// Takes the descriptor over.
  func send(file: FileDescriptor, length: Int64, as kind: ReplyKind) {
    let taken = finish(with: [.head(.ok, kind, length: length), .file(file, length: length), .end(closing: false)])
    if !taken { try? file.close() }
  }

  func send(bytes: [UInt8], as kind: ReplyKind) {
    finish(with: [.head(.ok, kind, length: Int64(bytes.count)), .bytes(bytes), .end(closing: false)])
  }

  /// Leads a browser to another place of this daemon.
  func lead(to location: String, cookie: String?) {
    finish(with: [
      .head(
        .seeOther, .json, length: 0,
        headers: [HeaderField(name: "Location", value: location)]
          + (cookie.map { [HeaderField(name: "Set-Cookie", value: $0)] } ?? [])), .end(closing: false),
    ])
  }

  // MARK: Streams

  /// Sends the head of a stream, so that the reader knows it is being served.
  func begin() {
    enqueue { state in
      guard state.phase == .waiting else { return [] }
      state.phase = .streaming
      return [.head(.ok, .records(framing.contentType), length: nil)]
    }
  }

  /// Adds a record. A reader that is too far behind is told that records are lost, and cut off.
  ///
  /// - Returns: whether more records have a reader.
  func emit(_ record: some Encodable) -> Bool {
    let bytes: [UInt8]
    do {
      bytes = framing.frame(Array(try Wire.encode(record)))
    } catch {
      fail(error)
      return false
    }
    let tooSlow = WinnowError(
      .readerTooSlow, "this reader was too slow, and records after this were lost",
      remedy: "read faster, or ask for the history")
    begin()
    return enqueue { state in
      guard state.phase == .streaming else { return [] }
      guard state.backlog + bytes.count <= backlogLimit else {
        state.phase = .ended
        return [.bytes(framing.frame(error: Self.json(of: tooSlow))), .end(closing: true)]
      }
      state.backlog += bytes.count
      return [.bytes(bytes)]
    }
  }

  /// Adds all records of a page and calls `next` on the event loop once the socket has taken them, unless the reader
  /// has gone. Pages are as long as their sender likes; only one is on its way at a time.
  func emit(page: [some Encodable], next: @escaping @Sendable () -> Void) {
    var bytes: [UInt8] = []
    do {
      for record in page { bytes += framing.frame(Array(try Wire.encode(record))) }
    } catch {
      return fail(error)
    }
    begin()
    enqueue { state in
      guard state.phase == .streaming else { return [] }
      state.backlog += bytes.count
      state.dropped.append(state.whenTaken)
      state.whenTaken = next
      return [.bytes(bytes)]
    }
  }

  func end() {
    begin()
    finish(with: [.end(closing: false)])
  }

  /// `handler` is called once, on the event loop, if the reader goes or is cut off before the answer is whole.
  func onGone(_ handler: @escaping @Sendable () -> Void) {
    let isGone = state.withLock { state in
      if state.phase == .gone { return true }
      if state.phase != .ended { state.whenGone = handler }
      return false
    }
    if isGone { loop.execute(handler) }
  }

  // MARK: Between the threads

  @discardableResult
  private func finish(with parts: [Part]) -> Bool {
    enqueue { state in
      guard state.phase == .waiting || state.phase == .streaming else { return [] }
      state.phase = .ended
      state.dropped += [state.whenTaken, state.whenGone]
      state.whenTaken = nil
      state.whenGone = nil
      return parts
    }
  }

  /// Queues what `change` returns.
  ///
  /// - Returns: whether the answer is still open after it, or was ended by it as wished.
  @discardableResult
  private func enqueue(_ change: (inout State) -> [Part]) -> Bool {
    let (parts, needsHop, whenGone, dropped) = state.withLock { state in
      let parts = change(&state)
      let dropped = state.dropped
      state.dropped = []
      guard !parts.isEmpty else { return (parts, false, Optional<@Sendable () -> Void>.none, dropped) }
      state.queue += parts
      let needsHop = !state.isScheduled
      state.isScheduled = true
      // An answer cut off here has lost its reader.
      let whenGone = state.phase == .ended ? state.whenGone : nil
      if state.phase == .ended { state.whenGone = nil }
      return (parts, needsHop, whenGone, dropped)
    }
    withExtendedLifetime(dropped) {}
    if needsHop { loop.execute { self.drain() } }
    if let whenGone { loop.execute(whenGone) }
    if case .end(closing: true)? = parts.last { return false }
    return !parts.isEmpty
  }

  /// Hands the queue to the connection. On the event loop.
  private func drain() {
    let parts = state.withLock { state in
      state.isScheduled = false
      defer { state.queue = [] }
      return state.queue
    }
    connection.value.write(parts, of: self)
  }

  /// The socket took `count` bytes of the backlog. On the event loop.
  func taken(_ count: Int) {
    let next = state.withLock { state in
      state.backlog -= count
      guard state.backlog <= 0, state.phase == .streaming else { return Optional<@Sendable () -> Void>.none }
      defer { state.whenTaken = nil }
      return state.whenTaken
    }
    next?()
  }

  /// The connection ended. On the event loop.
  func gone() {
    let (parts, next, handler) = state.withLock { state in
      defer {
        state.phase = .gone
        state.queue = []
        state.whenTaken = nil
        state.whenGone = nil
      }
      return (state.queue, state.whenTaken, state.whenGone)
    }
    for case .file(let descriptor, _) in parts { try? descriptor.close() }
    handler?()
    withExtendedLifetime(next) {}
  }

  private static func json(of error: WinnowError) -> [UInt8] {
    // The texts of an error can always be encoded.
    (try? Wire.encode(ErrorReply(error))).map { Array($0) } ?? Array(#"{"error":{},"schema":1}"#.utf8)
  }
}

extension HTTPResponseStatus {
  /// The status that fits an error's code.
  init(for error: WinnowError) {
    self =
      switch error.code {
      case .invalidInput, .malformed, .unsupportedVersion: .badRequest
      case .noSession: .unauthorized
      case .notPermitted: .forbidden
      case .notFound, .unknownRoute: .notFound
      case .wrongMethod: .methodNotAllowed
      case .alreadyExists, .refused: .conflict
      case .tooLarge: .payloadTooLarge
      case .busy: .serviceUnavailable
      // A picture that cannot be looked at is nobody's fault here.
      case let code where Refusal.Kind(rawValue: code.rawValue) != nil: .unprocessableEntity
      default: .internalServerError
      }
  }
}
