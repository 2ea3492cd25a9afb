public import SystemPackage
public import WinnowCore

/// The key that signs messages to a web address: the bytes of a file, without one line break at its end.
public struct WebhookKey: Hashable, Sendable {
  /// Bytes; HMAC gains nothing from more.
  static let longest = 4096

  public let bytes: [UInt8]

  /// - Throws: `.systemCall` with the system's word as its cause, `.notPermitted` where everybody may read the file,
  ///   `.invalidInput` where it holds no key.
  public init(reading file: FilePath) throws(WinnowError) {
    var bytes: [UInt8] = []
    do {
      let descriptor = try FileDescriptor.open(file, .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? descriptor.close() }
      let status = try Stat(descriptor)
      guard status.type == .regular else {
        throw WinnowError(.invalidInput, "\(file.escaped) is not a file", remedy: "name the file that holds the key")
      }
      guard status.permissions.isDisjoint(with: .otherReadWriteExecute) else {
        throw WinnowError(
          .notPermitted, "everybody may use the key in \(file.escaped)",
          remedy: "close it: chmod 640 \(file.escaped), with winnowd's group, or chmod 600")
      }
      var chunk = [UInt8](repeating: 0, count: Self.longest + 2)
      while bytes.count <= Self.longest + 1 {
        let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += chunk[..<count]
      }
    } catch let error as WinnowError {
      throw error
    } catch {
      throw WinnowError(
        .systemCall, "the key in \(file.escaped) cannot be read",
        remedy: "make it, and let the user that winnowd runs as read it", cause: "\(error)")
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty, bytes.count <= Self.longest else {
      throw WinnowError(
        .invalidInput, "the key in \(file.escaped) is \(bytes.isEmpty ? "empty" : "longer than \(Self.longest) bytes")",
        remedy: "write a random one: openssl rand -hex 32 > \(file.escaped)")
    }
    self.bytes = bytes
  }
}

extension LoadedConfiguration {
  /// Reads the key of `hooks.webhook.secret_file`; nil where none is named.
  ///
  /// - Throws: why it cannot be used, at the place of its key.
  public func webhookKey() throws(InvalidConfiguration) -> WebhookKey? {
    guard let file = configuration.hooks.webhook?.secretFile else { return nil }
    do throws(WinnowError) {
      return try WebhookKey(reading: file)
    } catch {
      let key = "hooks.webhook.secret_file"
      let position = position(of: key)
      throw InvalidConfiguration(problems: [
        ConfigurationProblem(
          file: position?.file ?? files.first?.escaped ?? "", line: position?.line, column: position?.column, key: key,
          message: error.message + (error.cause.map { " (\($0))" } ?? ""), remedy: error.remedy)
      ])
    }
  }
}
