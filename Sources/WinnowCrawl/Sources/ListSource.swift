import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// A file with an address a line. Empty lines and those that begin with `#` are passed over.
final class ListSource: PictureSource {
  private let path: FilePath
  private var lines: LineFile

  private static let batch = 200

  var kind: SourceKind { .list }

  init(_ path: FilePath) throws(WinnowError) {
    self.path = path
    let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw SystemFault("open", errno: errno).about(path.escaped) }
    let file = OwnedDescriptor(descriptor)
    let fileSystem = LinuxFileSystem()
    do throws(SystemFault) {
      guard try fileSystem.status(of: descriptor).kind == .regular else {
        throw SystemFault("open", errno: SystemFault.irregularFileErrno)
      }
    } catch {
      throw error.about(path.escaped)
    }
    lines = LineFile(file, on: fileSystem)
  }

  func next() throws(WinnowError) -> [PictureCandidate]? {
    var candidates: [PictureCandidate] = []
    do throws(SystemFault) {
      while candidates.count < Self.batch, let (line, _) = try lines.next() {
        var line = line.drop { $0 <= 0x20 }
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        while let last = line.last, last <= 0x20 { line.removeLast() }
        guard let first = line.first, first != UInt8(ascii: "#") else { continue }
        if let address = WebAddress(reference: Array(line), base: nil) {
          candidates.append(PictureCandidate(address))
        } else {
          candidates.append(PictureCandidate(unusable: FilePath.escape(Array(line.prefix(4096))), .badAddress))
        }
      }
    } catch {
      throw error.about(path.escaped)
    }
    return candidates.isEmpty ? nil : candidates
  }
}
