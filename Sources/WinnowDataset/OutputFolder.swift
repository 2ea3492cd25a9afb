import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// A folder that a report, or what a job keeps, is written to, file by file and each whole.
public struct OutputFolder {
  private static let converter: FilePath = "/usr/bin/rsvg-convert"

  private let root: Root
  private let fileSystem = LinuxFileSystem()

  /// Makes the folder where it is missing; its parent has to be there.
  ///
  /// - Throws: what the file system says.
  public init(_ path: FilePath) throws(WinnowError) {
    do throws(SystemFault) {
      if let name = path.lastComponent {
        let parent = try Root(opening: path.removingLastComponent(), on: fileSystem)
        do throws(SystemFault) {
          try fileSystem.makeFolder(FilePath(root: nil, components: name), in: parent.raw)
        } catch {
          guard error.isTaken else { throw error }
        }
      }
      root = try Root(opening: path, on: fileSystem)
    } catch {
      throw error.about(path.escaped)
    }
  }

  /// Replaces an older file of the name.
  public func write(_ bytes: [UInt8], as name: String) throws(WinnowError) { try write([bytes], as: name) }

  /// The same with contents in pieces.
  public func write(_ pieces: [[UInt8]], as name: String) throws(WinnowError) {
    try fileSystem.writeWhole(FilePath(name), below: root, replacing: true, pieces: pieces)
  }

  /// All of a file; nil where there is none.
  public func contents(of name: String) throws(WinnowError) -> [UInt8]? {
    do throws(SystemFault) {
      return try fileSystem.contents(of: FilePath(name), in: root.raw)
    } catch {
      if error.isMissing { return nil }
      throw error.about(root.path.appending(name).escaped)
    }
  }

  /// Takes a file away, if it is there.
  public func remove(_ name: String) { try? fileSystem.unlink(FilePath(name), in: root.raw) }

  /// Makes NAME.png of NAME.svg, by librsvg's program.
  ///
  /// - Returns: why there is none.
  public func rasterise(_ name: String) -> String? {
    guard Self.converter.withPlatformString({ access($0, X_OK) }) == 0 else {
      return "the plots are there as SVG alone: rsvg-convert is missing (apt-get install librsvg2-bin)"
    }
    let files = ["png", "svg"].map { root.path.appending("\(name).\($0)") }
    // Paths are bytes.
    let options = ["rsvg-convert", "--zoom", "2", "--output"]
    let words =
      options.map { (option: String) in strdup(option) }
      + files.map { file in file.withPlatformString { strdup($0) } }
    defer { for word in words { free(word) } }
    var arguments = words + [nil]
    var process: pid_t = 0
    let started = Self.converter.withPlatformString { posix_spawn(&process, $0, nil, nil, &arguments, environ) }
    guard started == 0 else { return "the plots are there as SVG alone: rsvg-convert does not start" }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status == 0 ? nil : "the plots are there as SVG alone: rsvg-convert ended with \(status)"
  }
}
