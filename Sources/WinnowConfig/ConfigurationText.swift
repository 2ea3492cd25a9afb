import Glibc
public import SystemPackage
import WinnowCore

/// The bytes of one configuration file, and what may stand in it.
public struct ConfigurationText: Hashable, Sendable {
  public enum Role: Hashable, Sendable {
    /// `winnow.yaml`: every key.
    case main
    /// A file of an `inboxes.d` folder: an `inboxes:` map and nothing else.
    case inboxes
  }

  /// Bytes a file may have. Large enough for thousands of inboxes. Chosen, not measured.
  public static let sizeLimit = 1 << 20

  public let file: FilePath
  public let role: Role
  public let bytes: [UInt8]

  public init(file: FilePath, role: Role, bytes: [UInt8]) {
    self.file = file
    self.role = role
    self.bytes = bytes
  }

  /// Reads a regular file, following links; nil when there is none.
  ///
  /// - Throws: `.systemCall` when the system refuses, `.invalidInput` for something other than a regular file. Reads
  ///   at most one byte more than the limit, which `document` then refuses.
  init?(reading file: FilePath, role: Role) throws(WinnowError) {
    do {
      let descriptor = try FileDescriptor.open(file, .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? descriptor.close() }
      guard try Stat(descriptor).type == .regular else {
        throw WinnowError(.invalidInput, "it is not a file", remedy: "name a regular file")
      }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while bytes.count <= Self.sizeLimit {
        let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += chunk[..<count]
      }
      self.init(file: file, role: role, bytes: bytes)
    } catch let error as WinnowError {
      throw error
    } catch Errno.noSuchFileOrDirectory {
      return nil
    } catch {
      throw WinnowError(
        .systemCall, "it cannot be read", remedy: "let the user that winnowd runs as read it", cause: "\(error)")
    }
  }

  /// The `*.yaml` files of a folder by name, hidden ones left out; empty when there is no folder.
  ///
  /// - Throws: `.systemCall` when the system refuses.
  static func files(in folder: FilePath) throws(WinnowError) -> [FilePath] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else {
      if errno == ENOENT { return [] }
      throw WinnowError(
        .systemCall, "the folder cannot be read", remedy: "let the user that winnowd runs as read it",
        cause: "\(Errno(rawValue: errno))")
    }
    defer { closedir(stream) }
    var files: [FilePath] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { FilePath(bytes: $0) }
      guard let component = name.lastComponent, name.extension == "yaml", !component.string.hasPrefix(".") else {
        continue
      }
      files.append(folder.appending(component))
    }
    return files.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// The file's path, for people.
  var name: String { file.escaped }

  /// The parsed document; nil when the file holds none. Problems go to the report.
  func document(report: ConfigurationReport) -> ConfigurationNode? {
    guard bytes.count <= Self.sizeLimit else {
      report.add([
        ConfigurationProblem(
          file: name, line: nil, column: nil, key: "", message: "the file is larger than 1 MiB",
          remedy: "split it: files in inboxes.d beside winnow.yaml may hold inboxes")
      ])
      return nil
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      report.problem(
        at: firstInvalid(in: content), key: "", "the text is not UTF-8",
        remedy: "save the file as UTF-8; paths that are not can be given as !!binary with base64")
      return nil
    }
    var composer = YAMLComposer(file: name)
    let root = composer.compose(text)
    report.add(composer.problems)
    return root
  }

  /// The line of the first byte that is not UTF-8.
  private func firstInvalid(in content: ArraySlice<UInt8>) -> SourcePosition {
    var line = 1
    for text in content.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if String(validating: text, as: UTF8.self) == nil { break }
      line += 1
    }
    return SourcePosition(file: name, line: line, column: 1)
  }
}
