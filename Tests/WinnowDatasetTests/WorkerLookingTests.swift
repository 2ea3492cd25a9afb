import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowSupervision
import WinnowTestSupport

@Suite("Looking through a worker", .enabled(if: StubWorker.program != nil), .timeLimit(.minutes(20)))
struct WorkerLookingTests {
  private let cancellation = Cancellation()

  private func looking() throws -> WorkerLooking {
    WorkerLooking(program: try #require(StubWorker.program), bundle: nil, cancellation: cancellation)
  }

  private func subject(_ contents: String) -> LookSubject {
    LookSubject(name: contents) { () throws(WinnowError) in
      do {
        return try StubWorker.picture(contents)
      } catch {
        throw WinnowError(.systemCall, "cannot make a picture", cause: "\(error)")
      }
    }
  }

  /// What the worker said of each, in the order in which it was told.
  private func look(at contents: some Sequence<String>, by looking: WorkerLooking) throws -> [String] {
    var told: [String] = []
    try looking.look(at: contents.lazy.map { subject($0) }, LookWishes()) { index, outcome throws(WinnowError) in
      #expect(index == told.count)
      switch outcome {
      case .looked: told.append("looked")
      case .refused(let refusal, _): told.append(refusal.kind == .corrupt ? refusal.detail : refusal.kind.rawValue)
      case .unreadable: told.append("unreadable")
      }
    }
    return told
  }

  @Test("looks are told in the order of the pictures, however the worker answers")
  func order() throws {
    let looking = try looking()
    let contents = (0..<200).map { $0 % 3 == 2 ? "quote \($0)" : "late \($0)" } + ["quote 200"]
    #expect(try look(at: contents, by: looking) == contents)
    #expect(try look(at: ["quote again"], by: looking) == ["quote again"])
  }

  @Test("a picture that ends the worker is refused as poison, and the others are looked at")
  func poison() throws {
    #expect(
      try look(at: ["quote 1", "segv", "quote 2", "quote 3"], by: try looking())
        == ["quote 1", "poison", "quote 2", "quote 3"])
  }

  @Test("a file that cannot be opened is told in its turn")
  func unreadable() throws {
    var told: [String] = []
    let closed = LookSubject(name: "closed") { () throws(WinnowError) in throw WinnowError(.systemCall, "not yours") }
    try looking().look(at: [subject("quote 1"), closed, subject("quote 2")], LookWishes()) { _, outcome in
      if case .unreadable(let error) = outcome { told.append(error.message) } else { told.append("looked") }
    }
    #expect(told == ["looked", "not yours", "looked"])
  }

  @Test("whoever gives up does not wait for a picture that hangs")
  func cancellingAHang() throws {
    let cancellation = cancellation
    let hang = LookSubject(name: "hang") { () throws(WinnowError) in
      // Asked for from elsewhere, once the picture is on its way.
      Thread.detachNewThread { cancellation.request() }
      do { return try StubWorker.picture("hang") } catch { throw WinnowError(.systemCall, "cannot make a picture") }
    }
    let error = #expect(throws: WinnowError.self) {
      try looking().look(at: [subject("quote 1"), hang], LookWishes()) { _, _ in }
    }
    #expect(error?.code == .jobCancelled)
  }

  @Test("a worker that answers another question is not believed, and the others are looked at")
  func unsound() throws {
    #expect(try look(at: ["ok", "quote 1"], by: try looking()) == ["poison", "quote 1"])
  }

  @Test("a worker that cannot be had ends the work with the reason")
  func missing() throws {
    let looking = WorkerLooking(program: "/no/such/program", bundle: nil, cancellation: cancellation)
    let error = #expect(throws: WinnowError.self) { _ = try look(at: ["quote 1", "quote 2"], by: looking) }
    #expect(error != nil && error?.code != .jobCancelled)
  }

  @Test("bytes of a worker pass as a JPEG only whole, and framed as one")
  func sharedBytes() throws {
    func shared(_ bytes: [UInt8], count: Int) throws -> SharedBytes? {
      let file = try MemoryFile(size: 8)
      let descriptor = FileDescriptor(rawValue: file.descriptor.raw)
      _ = try descriptor.writeAll(toAbsoluteOffset: 0, bytes)
      return SharedBytes(file, count: count)
    }
    #expect(try shared([0xFF, 0xD8, 1, 0xFF, 0xD9], count: 5)?.frameJPEG == true)
    #expect(try shared([0xFF, 0xD8, 1, 0xFF, 0xD9], count: 4)?.frameJPEG == false)
    #expect(try shared(Array("<html>".utf8), count: 6)?.frameJPEG == false)
    #expect(try shared([0xFF, 0xD8], count: 2)?.frameJPEG == false)
    #expect(try shared([0xFF, 0xD8], count: 9) == nil)
  }
}
