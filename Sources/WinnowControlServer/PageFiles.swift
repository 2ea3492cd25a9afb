import Glibc
import SystemPackage

/// The files that the web page is made of, all in one folder. Nothing else can be reached through it: a name has no
/// slash and does not begin with a dot, and links are not followed.
struct PageFiles: Sendable {
  /// A file to be sent. Whoever sends it takes the descriptor over.
  struct File {
    var descriptor: FileDescriptor
    var length: Int64
    var kind: ReplyKind
  }

  let folder: FilePath

  /// The open file for a path such as `/` or `/style.css`; nil where there is none.
  func file(at path: String) -> File? {
    let name = path == "/" ? "index.html" : String(path.dropFirst())
    guard path.hasPrefix("/"), Self.isName(name), let kind = Self.kind(of: name) else { return nil }
    guard
      let descriptor = try? FileDescriptor.open(
        folder.appending(name), .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
    else { return nil }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      try? descriptor.close()
      return nil
    }
    return File(descriptor: descriptor, length: Int64(status.st_size), kind: kind)
  }

  private static func isName(_ name: String) -> Bool {
    name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
      }
  }

  private static func kind(of name: String) -> ReplyKind? {
    switch name.split(separator: ".").last {
    case "html": .page
    case "css": .style
    case "js": .script
    case "svg": .drawing
    default: nil
    }
  }
}
