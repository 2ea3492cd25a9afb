import FoundationEssentials
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// A file of JSON records, one a line, that only grows. Held locked, so that two crawls never write to one.
struct RecordFile: ~Copyable {
  private let root: Root
  private let name: FilePath
  private let descriptor: OwnedDescriptor

  /// Opens or makes it, and cuts off a last line that a crash left unfinished.
  ///
  /// - Throws: `.alreadyRunning` while another process has it; a fault of the disk.
  init(_ name: FilePath, in root: Root) throws(WinnowError) {
    let about = root.path.pushing(name).escaped
    let raw = name.withPlatformString {
      openat(root.raw, $0, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o666)
    }
    guard raw >= 0 else { throw SystemFault("open", errno: errno).about(about) }
    let descriptor = OwnedDescriptor(raw)
    guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
      throw WinnowError(
        .alreadyRunning, "another crawl writes to \(root.path.escaped)", remedy: "wait for it, or choose another folder"
      )
    }
    do throws(SystemFault) {
      guard try root.fileSystem.status(of: raw).kind == .regular else {
        throw SystemFault("open", errno: SystemFault.irregularFileErrno)
      }
      try Self.repair(raw, root.fileSystem)
    } catch {
      throw error.about(about)
    }
    self.root = root
    self.name = name
    self.descriptor = descriptor
  }

  private static func repair(_ descriptor: Int32, _ fileSystem: any FileSystem) throws(SystemFault) {
    let size = try fileSystem.status(of: descriptor).size
    var end = size
    while end > 0 {
      let start = max(0, end - 4096)
      let piece = try fileSystem.read(descriptor, at: start, capacity: Int(end - start))
      if let last = piece.lastIndex(of: 0x0A) {
        end = start + Int64(last) + 1
        break
      }
      end = start
    }
    guard end < size else { return }
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw SystemFault("shorten", errno: errno) }
    try fileSystem.syncData(descriptor)
  }

  /// Calls `body` with each record. A line that is none of this kind is passed over: it is a newer program's, or a
  /// person's.
  func forEach<Record: Decodable>(
    _ type: Record.Type, _ body: (Record) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    let about = root.path.pushing(name).escaped
    let decoder = JSONDecoder()
    var lines: LineFile
    do throws(SystemFault) {
      lines = LineFile(OwnedDescriptor(try root.fileSystem.openFile(name, in: root.raw)), on: root.fileSystem)
    } catch {
      throw error.about(about)
    }
    while true {
      let next: (line: ArraySlice<UInt8>, isWhole: Bool)?
      do throws(SystemFault) {
        next = try lines.next()
      } catch {
        throw error.about(about)
      }
      guard let next else { return }
      if let record = try? decoder.decode(type, from: Data(next.line)) { try body(record) }
    }
  }

  /// Writes one whole line.
  ///
  /// - Parameter durably: Whether it is on the disk when this returns.
  func append(_ record: some Encodable, durably: Bool) throws(WinnowError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line: [UInt8]
    do {
      line = Array(try encoder.encode(record)) + [0x0A]
    } catch {
      throw WinnowError(.malformed, "a record cannot be written as JSON", cause: "\(error)")
    }
    do throws(SystemFault) {
      try write(line)
      if durably { try root.fileSystem.syncData(descriptor.raw) }
    } catch {
      throw error.about(root.path.pushing(name).escaped)
    }
  }

  private func write(_ line: [UInt8]) throws(SystemFault) {
    let size = try root.fileSystem.status(of: descriptor.raw).size
    var written = 0
    while written < line.count {
      let answer = line.withUnsafeBytes { bytes in
        Glibc.write(descriptor.raw, bytes.baseAddress.map { $0 + written }, line.count - written)
      }
      if answer < 0, errno == EINTR { continue }
      if answer <= 0 {
        let fault = SystemFault("write", errno: errno)
        // Half a line would spoil the next one.
        _ = ftruncate(descriptor.raw, off_t(size))
        throw fault
      }
      written += answer
    }
  }
}

extension WinnowError.Code {
  /// Another process does the same in the same place.
  static let alreadyRunning = Self("already_running")
}
