import ArgumentParser
import Glibc
import SystemPackage
import WinnowCore

/// A path on the command line.
struct FileArgument: ExpressibleByArgument, Hashable, Sendable {
  /// As given.
  let path: FilePath

  init?(argument: String) {
    let bytes = RawArguments.bytes(of: argument)
    guard !bytes.isEmpty else { return nil }
    path = FilePath(bytes: bytes)
  }

  static var defaultCompletionKind: CompletionKind { .file() }

  /// From the root, without `.` and `..`. Links are not resolved, since the ledger knows the names that were used; only
  /// a `..` needs the folders as they are.
  var absolute: FilePath {
    let folder = getcwd(nil, 0)
    defer { free(folder) }
    let whole = path.isAbsolute ? path : FilePath(platformString: folder ?? strdup("/")).pushing(path)
    guard whole.components.contains(where: { $0.kind == .parentDirectory }) else { return whole.lexicallyNormalized() }
    guard let name = whole.lastComponent, name.kind == .regular,
      let real = whole.removingLastComponent().withPlatformString({ realpath($0, nil) })
    else { return whole.lexicallyNormalized() }
    defer { free(real) }
    return FilePath(platformString: real).appending(name)
  }
}
