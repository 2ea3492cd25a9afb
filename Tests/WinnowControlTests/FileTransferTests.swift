import Dispatch
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlClient
import WinnowCore
import WinnowTestSupport

@testable import WinnowControlServer

@Suite("files over the control socket")
struct FileTransferTests {
  private func error(_ body: () throws -> Void) -> WinnowError? { #expect(throws: WinnowError.self, performing: body) }

  @Test("a picture's bytes reach the service whole, under a descriptor that cannot be written")
  func upload() throws {
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let seen = Mutex<(bytes: [UInt8], written: Bool, file: FilePath?)>(([], true, nil))
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        guard case .classify(let request, let picture, let reply) = call else { return false }
        var buffer = [UInt8](repeating: 0, count: picture.length + 10)
        let count =
          (try? buffer.withUnsafeMutableBytes { try picture.descriptor.read(fromAbsoluteOffset: 0, into: $0) }) ?? 0
        let written = write(picture.descriptor.rawValue, "x", 1) > 0
        let read = Array(buffer.prefix(count))
        seen.withLock { $0 = (read, written, request.file) }
        reply.send(Sample.classified(request.file, logits: request.logits))
        return true
      })
    let name = FilePath(bytes: Array("/a/".utf8) + [0xFF])
    let file = try FileDescriptor.open(live.folder.file("picture", bytes), .readOnly)
    defer { try? file.close() }
    let reply: ClassifyReply = try live.client.call(
      .classify, query: ClassifyRequest(file: name, logits: true).query, body: .file(file, length: bytes.count))
    #expect(reply.file == name)
    #expect(reply.logits?.count == 2)
    seen.withLock { seen in
      #expect(seen.bytes == bytes)
      #expect(!seen.written)
      #expect(seen.file == name)
    }
    #expect(try live.folder.names() == ["control.sock", "picture"])
  }

  @Test("an import takes its settings on the first line and the file behind it")
  func importing() throws {
    let live = try LiveServer()
    let onnx = [UInt8](repeating: 0x0A, count: 500_000)
    let file = try FileDescriptor.open(live.folder.file("m.onnx", onnx), .readOnly)
    defer { try? file.close() }
    let request = ModelImportRequest(name: "flowers", labels: (0..<5000).map { "label \($0)" })
    var last: JobRecord?
    try live.client.stream(
      .modelImport, body: .jsonThenFile(Wire.encode(request), file, length: onnx.count)
    ) { (record: JobRecord) in
      last = record
      return true
    }
    #expect(last?.state == .done)
    #expect(last?.result?["bytes"] == 500_000)
    #expect(last?.result?["model"] == "flowers")
  }

  @Test("a file comes back byte for byte")
  func download() throws {
    let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let source = try TemporaryFolder()
    let path = try source.file("model.onnx", bytes)
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        guard case .modelExport(_, let reply) = call, let file = try? FileDescriptor.open(path, .readOnly) else {
          return false
        }
        reply.send(file, length: Int64(bytes.count))
        return true
      })
    let target = try live.folder.file("copy")
    let file = try FileDescriptor.open(target, .readWrite)
    defer { try? file.close() }
    #expect(try live.client.download(.modelExport, parameter: "flowers", to: file) == 2_000_000)
    var copy = [UInt8](repeating: 0, count: bytes.count)
    let count = try copy.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
    #expect(count == bytes.count && copy == bytes)
  }

  @Test("a file that is shorter than promised is an error for the reader")
  func shortDownload() throws {
    let source = try TemporaryFolder()
    let path = try source.file("model.onnx", [1, 2, 3])
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        guard case .modelExport(_, let reply) = call, let file = try? FileDescriptor.open(path, .readOnly) else {
          return false
        }
        reply.send(file, length: 1000)
        return true
      })
    let file = try FileDescriptor.open(live.folder.file("copy"), .readWrite)
    defer { try? file.close() }
    #expect(error { _ = try live.client.download(.modelExport, parameter: "x", to: file) }?.code == .unreachable)
  }

  @Test("a body over the limit is refused before it is sent whole")
  func hugeBody() throws {
    var limits = ControlLimits()
    limits.file = 1 << 20
    let live = try LiveServer(limits: limits)
    let file = try FileDescriptor.open(live.folder.file("big", [UInt8](repeating: 7, count: 8 << 20)), .readOnly)
    defer { try? file.close() }
    let error = error {
      let _: ClassifyReply = try live.client.call(
        .classify, query: ClassifyRequest(file: "/big").query, body: .file(file, length: 8 << 20))
    }
    #expect(error?.code == .tooLarge)
    let raw = try live.raw(
      "POST /v1/classify?file=a HTTP/1.1\r\nHost: winnow\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n"
        + String(repeating: "x", count: 0x100000 + 70000))
    #expect(raw.hasPrefix("HTTP/1.1 413 "))
    #expect(live.service.askedBy.isEmpty)
  }

  @Test("files held at one time are bounded, and given back")
  func spoolLimit() throws {
    var limits = ControlLimits()
    limits.spooled = 1000
    let held = Mutex<[(SpooledFile, Reply<ClassifyReply>)]>([])
    let arrived = DispatchSemaphore(value: 0)
    let live = try LiveServer(
      limits: limits,
      service: ServiceDouble { call, _ in
        guard case .classify(_, let picture, let reply) = call else { return false }
        held.withLock { $0.append((picture, reply)) }
        arrived.signal()
        return true
      })
    let request =
      "POST /v1/classify?file=a HTTP/1.1\r\nHost: winnow\r\nConnection: close\r\nContent-Length: 600\r\n\r\n"
    let picture = String(repeating: "x", count: 600)
    let first = try RawConnection(to: live.socket)
    try first.send(request + picture)
    arrived.wait()
    #expect(try live.raw(request).hasPrefix("HTTP/1.1 503 "))
    held.withLock { held in
      for (picture, reply) in held { reply.send(Sample.classified(FilePath("\(picture.length)"), logits: false)) }
      held = []
    }
    #expect(try first.readToEnd().contains("\"file\":\"600\""))
    // The room of the first one is free again a moment after its answer.
    var second = try RawConnection(to: live.socket)
    try second.send(request + picture)
    while arrived.wait(timeout: .now() + .seconds(5)) == .timedOut {
      second = try RawConnection(to: live.socket)
      try second.send(request + picture)
    }
    held.withLock { $0 = [] }
    #expect(try second.readToEnd().contains("no_answer"))
  }
}
