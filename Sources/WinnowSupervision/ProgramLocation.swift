internal import Glibc
public import SystemPackage
public import WinnowCore

/// Where Winnow's other programs lie, as seen from the running one.
public struct ProgramLocation: Sendable {
  public enum Program: String, Hashable, Sendable, CaseIterable {
    case worker = "winnow-worker"
    case watch = "winnow-watch"
    case lab = "winnow-lab"
    case trainer = "winnow-trainer"
  }

  public let executable: FilePath

  /// `executable`: the running program, links resolved.
  public init(executable: FilePath) { self.executable = executable }

  /// Seen from this process.
  ///
  /// - Throws: `.systemCall` where /proc is not mounted.
  public static func ofThisProcess() throws(WinnowError) -> Self {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else {
      throw WinnowError(
        .systemCall, "cannot read /proc/self/exe", remedy: "mount /proc", cause: String(cString: strerror(errno)))
    }
    let path = (buffer[..<count] + [0]).map(CChar.init(bitPattern:)).withUnsafeBufferPointer {
      FilePath(platformString: $0.baseAddress!)
    }
    return Self(executable: path)
  }

  /// Where `program` may lie, best first: `../lib/winnow/NAME` of an installed tree, beside the executable in a build
  /// tree, and for winnow-watch, which SwiftPM does not build, `.build/watch`.
  public func candidates(for program: Program) -> [FilePath] {
    let folder = executable.removingLastComponent()
    var candidates = [
      folder.appending("../lib/winnow").appending(program.rawValue).lexicallyNormalized(),
      folder.appending(program.rawValue),
    ]
    if program == .watch {
      // Seen from .build/TRIPLE/release; watch/Makefile puts it there.
      candidates.append(folder.appending("../../watch").appending(program.rawValue).lexicallyNormalized())
    }
    return candidates
  }

  /// The folder with the files of the web page: `../share/winnow/web` of an installed tree, `web` of the sources.
  ///
  /// - Throws: `.programMissing`, naming every place looked at.
  public func pages() throws(WinnowError) -> FilePath {
    let folder = executable.removingLastComponent()
    let candidates = ["../share/winnow/web", "../../../web"].map { folder.appending($0).lexicallyNormalized() }
    for candidate in candidates
    where candidate.appending("index.html").withPlatformString({ access($0, R_OK) }) == 0 { return candidate }
    throw WinnowError(
      .programMissing,
      "the files of the web page are missing: looked for \(candidates.map(\.string).joined(separator: ", "))",
      remedy: "install Winnow again (make install)")
  }

  /// - Throws: `.programMissing`, naming every place looked at.
  public func path(of program: Program) throws(WinnowError) -> FilePath {
    let candidates = candidates(for: program)
    for candidate in candidates where candidate.withPlatformString({ access($0, X_OK) }) == 0 { return candidate }
    throw WinnowError(
      .programMissing, "\(program.rawValue) is missing: looked for \(candidates.map(\.string).joined(separator: ", "))",
      remedy: "install Winnow again (make install), or build it (make build)")
  }
}
