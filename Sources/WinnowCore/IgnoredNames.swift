public import SystemPackage

/// Names that are left alone until they are renamed: hidden ones, unfinished downloads, other programs' own files.
public struct IgnoredNames: Hashable, Sendable {
  /// Added by the inbox: shell patterns with `*` and `?`, compared with the last component.
  public var patterns: [String]

  public init(patterns: [String] = []) { self.patterns = patterns }

  private static let endings = [
    "~", ".part", ".partial", ".crdownload", ".filepart", ".download", ".tmp",
  ].map { Array($0.utf8) }

  /// Whether a file of this name is left alone. `.syncthing.*`, `.goutputstream-*`, `._*`, `.nfs*` and rsync's
  /// `.name.XXXXXX` are hidden names and so among them.
  public func ignores(name: [UInt8]) -> Bool {
    guard let first = name.first else { return true }
    if first == UInt8(ascii: ".") { return true }
    let lowered = name.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    if Self.endings.contains(where: { lowered.count > $0.count && lowered.suffix($0.count).elementsEqual($0) }) {
      return true
    }
    return patterns.contains { Self.matches(Array($0.utf8)[...], name[...]) }
  }

  /// Whether any component of `path` is hidden or ignored: what lies in a hidden folder is left alone too.
  public func ignores(_ path: FilePath) -> Bool {
    let components = path.bytes.split(separator: UInt8(ascii: "/"))
    guard let last = components.last else { return true }
    return ignores(name: Array(last)) || components.dropLast().contains { $0.first == UInt8(ascii: ".") }
  }

  /// `*` any bytes, `?` one byte. Linear in practice: the last star is the only one ever retried.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    var pattern = pattern
    var name = name
    var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        retry = (pattern, name)
      } else if let byte = name.first, let wanted = pattern.first, wanted == UInt8(ascii: "?") || wanted == byte {
        pattern = pattern.dropFirst()
        name = name.dropFirst()
      } else if name.isEmpty && pattern.isEmpty {
        return true
      } else if let last = retry, !last.name.isEmpty {
        pattern = last.pattern
        name = last.name.dropFirst()
        retry = (pattern, name)
      } else {
        return false
      }
    }
  }
}
