/// Names of Winnow's own files in people's folders: copies that are not finished, sources about to go.
public enum HiddenName {
  public static let prefix = Array(".winnow-".utf8)

  public static func isOurs(_ name: some Sequence<UInt8>) -> Bool { name.starts(with: prefix) }
}
