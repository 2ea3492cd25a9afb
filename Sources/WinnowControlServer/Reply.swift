public import SystemPackage
import WinnowControlAPI
public import WinnowCore

/// The answer to one call that is one document. Answered once; later answers are dropped.
public final class Reply<Document: Encodable & Sendable>: Sendable {
  private let responder: Responder

  init(_ responder: Responder) { self.responder = responder }

  public func send(_ document: Document) { responder.send(document) }

  public func fail(_ error: WinnowError) { responder.fail(error) }

  /// Answers with what `body` returns or throws.
  public func answer(_ body: () throws(WinnowError) -> Document) {
    do {
      send(try body())
    } catch {
      fail(error)
    }
  }

  /// `handler` is called on the event loop, once, if the peer goes before it has its answer.
  public func onGone(_ handler: @escaping @Sendable () -> Void) { responder.onGone(handler) }

  deinit { responder.fail(.droppedReply) }
}

/// The answer to one call that is a row of records.
public final class RecordStream<Record: Encodable & Sendable>: Sendable {
  private let responder: Responder

  init(_ responder: Responder) { self.responder = responder }

  /// Tells the reader that the stream is open, before there is a record.
  public func begin() { responder.begin() }

  /// Adds a live record and never waits: a reader too far behind is told so and cut off.
  ///
  /// - Returns: whether there is still a reader.
  @discardableResult
  public func emit(_ record: Record) -> Bool { responder.emit(record) }

  /// Adds stored records and calls `next` on the event loop once the reader has taken them, for the next page. It is
  /// not called when the reader has gone. `next` hands its work to a queue of its own.
  public func emit(page: [Record], next: @escaping @Sendable () -> Void) { responder.emit(page: page, next: next) }

  public func finish() { responder.end() }

  /// Before the first record this is the whole answer, after it the last record.
  public func fail(_ error: WinnowError) { responder.fail(error) }

  /// `handler` is called on the event loop, once, if the reader goes or is cut off before the end.
  public func onGone(_ handler: @escaping @Sendable () -> Void) { responder.onGone(handler) }

  deinit { responder.fail(.droppedReply) }
}

/// The answer to one call that is a file.
public final class FileReply: Sendable {
  private let responder: Responder

  init(_ responder: Responder) { self.responder = responder }

  /// Sends the first `length` bytes of a regular file and closes the descriptor, which is this reply's from here on.
  public func send(_ file: FileDescriptor, length: Int64, as kind: ReplyKind = .bytes) {
    responder.send(file: file, length: length, as: kind)
  }

  public func send(_ bytes: [UInt8], as kind: ReplyKind) { responder.send(bytes: bytes, as: kind) }

  /// `handler` is called on the event loop, once, if the peer goes before it has its answer.
  public func onGone(_ handler: @escaping @Sendable () -> Void) { responder.onGone(handler) }

  public func fail(_ error: WinnowError) { responder.fail(error) }

  deinit { responder.fail(.droppedReply) }
}

extension WinnowError {
  fileprivate static var droppedReply: WinnowError {
    WinnowError(
      .noAnswer, "the daemon dropped this request without an answer", remedy: "look into its journal for the reason")
  }
}
