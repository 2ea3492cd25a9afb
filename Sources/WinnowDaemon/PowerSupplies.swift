import Glibc
public import SystemPackage
public import WinnowCore

/// What the kernel says of the machine's power supplies.
public struct PowerSupplies: Sendable {
  private let folder: FilePath

  public init(folder: FilePath = "/sys/class/power_supply") { self.folder = folder }

  /// A few files of /sys; a machine without such a folder runs on mains.
  public func source() -> PowerSource {
    PowerSource(
      names().map { name in
        let supply = folder.appending(name)
        return PowerSource.Supply(
          type: Self.line(supply.appending("type")), online: Self.line(supply.appending("online")),
          status: Self.line(supply.appending("status")), scope: Self.line(supply.appending("scope")))
      })
  }

  private func names() -> [FilePath.Component] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { return [] }
    defer { closedir(stream) }
    var names: [FilePath.Component] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let component = FilePath.Component(name), component.kind == .regular { names.append(component) }
    }
    return names
  }

  /// The first line of a file; nil where it cannot be read.
  private static func line(_ path: FilePath) -> String? {
    guard let file = path.withPlatformString({ fopen($0, "re") }) else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 64)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let bytes = line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}
